import { join, resolve } from 'node:path'
import { expect, it } from 'vitest'
import { currentBundle } from './fresh-bundle.js'

it('tests start what is made of the sources as they are, never an older bundle', async () => {
  const source = resolve(import.meta.dirname, '../../packages/writ/src')
  const started: { readonly roomPath: string } = await import(join(source, 'sandbox', 'engine-files.ts'))
  // While tests are watched, the sources themselves.
  expect([currentBundle(), source].map((at) => at && join(at, 'sandbox'))).toContain(started.roomPath)
})

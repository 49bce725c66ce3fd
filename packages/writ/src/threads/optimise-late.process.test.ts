import { spawnSync } from 'node:child_process'
import { expect, it } from 'vitest'
import { V8_DEFAULT } from './optimise-late.ts'

it('gives V8 back the budget that this Node has by default', () => {
  const { stdout } = spawnSync(process.execPath, ['--v8-options'], { encoding: 'utf8' })
  const [flag, value] = V8_DEFAULT.split('=')
  const [, told] = new RegExp(`^ +${flag} .*\\n.*default: ${flag}=(\\d+)`, 'm').exec(stdout) ?? []
  expect(told).toBe(value)
})

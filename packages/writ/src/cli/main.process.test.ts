import { spawnSync } from 'node:child_process'
import { resolve } from 'node:path'
import { expect, it } from 'vitest'

const writ = resolve(import.meta.dirname, '../../bin/writ.js')

/** Runs a command in a process whose standard output takes what it is given, and says of an empty text nothing. */
function runHeld(...args: readonly string[]): { readonly status: number | null; readonly stderr: string } {
  const held = `data:text/javascript,const write = process.stdout.write.bind(process.stdout);
    process.stdout.write = (text, ...rest) => text === '' || write(text, ...rest)`
  return spawnSync(process.execPath, ['--import', encodeURI(held), writ, ...args], { encoding: 'utf8' })
}

it('never ends as if it were done where it waits for what does not come', () => {
  const { status, stderr } = runHeld('--version')
  expect(stderr).toBe('writ: INTERNAL: the command ended before it was done.\n')
  expect(status).toBe(1)
})

it('ends by its own exit code', () => {
  const { status } = spawnSync(process.execPath, [writ, 'nonsense'])
  expect(status).toBe(2)
  expect(spawnSync(process.execPath, [writ, '--version']).status).toBe(0)
})

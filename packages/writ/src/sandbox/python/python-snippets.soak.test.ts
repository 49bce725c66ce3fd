import { spawnSync } from 'node:child_process'
import { describe, expect, it } from 'vitest'
import { SNIPPETS } from './python-snippets.fixture.ts'
import { python, pythonHere } from './python-vm.fixture.ts'

// Python of the kind that models write does here what it does in the Python of this machine.

const { lack, vm } = await pythonHere()
const version = spawnSync('python3', ['-c', 'import sys; print(sys.version_info >= (3, 11))'], {
  encoding: 'utf8',
})
const there = version.stdout?.trim() === 'True'

describe.skipIf(lack !== undefined || !there)('a snippet that models write', () => {
  it('is one of eighty at least', () => {
    expect(SNIPPETS.length).toBeGreaterThanOrEqual(80)
  })

  it.each(SNIPPETS)('prints what CPython prints: %s', async (code) => {
    const { stdout, status, stderr } = spawnSync('python3', ['-c', code], { encoding: 'utf8', cwd: '/tmp' })
    expect(status, stderr).toBe(0)
    const { output, error } = await python(vm, code, { outputChars: 20_000 })
    expect(error).toBeUndefined()
    expect(output).toBe(stdout)
  })
})

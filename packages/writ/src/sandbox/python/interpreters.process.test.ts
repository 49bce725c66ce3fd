import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { fullyConfined } from '../fully-confined.fixture.ts'
import { openPython } from './open-python.ts'
import { pythonOptions } from './python-vm.fixture.ts'

const lack = await fullyConfined()

it.skipIf(lack !== undefined)('an interpreter starts after the snapshot was removed', async () => {
  const cache = mkdtempSync(join(tmpdir(), 'writ-snapshots-'))
  process.env.XDG_CACHE_HOME = cache // this process is of this file alone
  onTestFinished(() => rmSync(cache, { recursive: true }))
  for (let round = 0; round < 2; round += 1) {
    const sandbox = await openPython()
    await (await sandbox.open(pythonOptions())).close()
    await sandbox.close()
    expect(readdirSync(join(cache, 'writ'))).toHaveLength(1)
    rmSync(join(cache, 'writ'), { recursive: true })
  }
})

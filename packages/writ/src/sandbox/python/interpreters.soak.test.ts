import { existsSync, readdirSync } from 'node:fs'
import { devNull, tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it, vi } from 'vitest'
import { fullyConfined } from '../fully-confined.fixture.ts'
import { another, noSnapshots, toldBy } from './interpreters.fixture.ts'
import { pythonOptions } from './python-vm.fixture.ts'

const lack = await fullyConfined()

it.skipIf(lack !== undefined)('an interpreter comes up the same where nothing can be kept', async () => {
  noSnapshots()
  const first = await toldBy(await another({ brought: false }))

  vi.stubEnv('XDG_CACHE_HOME', join(devNull, 'cache'))
  const ours = (): string[] => readdirSync(tmpdir()).filter((name) => name.startsWith('writ-python-'))
  const before = ours()
  const forThisProcess = await another({ brought: false })
  expect(await toldBy(forThisProcess)).toEqual(first)
  expect(await toldBy(forThisProcess)).toEqual(first)
  const [made = ''] = ours().filter((name) => !before.includes(name))
  process.emit('exit', 0)
  expect(existsSync(join(tmpdir(), made))).toBe(false)

  vi.stubEnv('TMPDIR', join(devNull, 'tmp'))
  const forNobody = await another({ brought: false })
  const sandbox = await forNobody()
  const vms = [await sandbox.open(pythonOptions()), await sandbox.open(pythonOptions())]
  for (const vm of vms) await vm.close()
  await sandbox.close()
  expect(await toldBy(forNobody)).toEqual(first)
})

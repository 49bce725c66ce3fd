import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { devNull, tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it, vi } from 'vitest'
import { fullyConfined } from '../fully-confined.fixture.ts'
import { another, noSnapshots, TELLING, toldBy } from './interpreters.fixture.ts'
import { inVm, pythonOptions } from './python-vm.fixture.ts'

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

it.skipIf(lack !== undefined)(
  'frames of a run that goes on begin the same when its snapshot was changed or removed meanwhile',
  async () => {
    const directory = noSnapshots()
    const sandbox = await (await another({ brought: true }))()
    try {
      const first = await inVm(sandbox, TELLING)
      const path = join(directory, readdirSync(directory)[0] ?? '')
      const wrong = readFileSync(path)
      wrong[wrong.indexOf('division by zero')] = 0x44
      writeFileSync(path, wrong)
      expect(await inVm(sandbox, TELLING)).toEqual(first)
      rmSync(directory, { recursive: true })
      expect(await inVm(sandbox, TELLING)).toEqual(first)
    } finally {
      await sandbox.close()
    }
  },
)

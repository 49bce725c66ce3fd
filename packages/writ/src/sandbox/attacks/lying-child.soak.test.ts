import { chmod, mkdtemp, rename, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Sandbox } from '@writ/contract'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { fullyConfined } from '../fully-confined.fixture.ts'
import { openSandbox } from '../index.ts'
import { runCell, shownBy, vmOptions } from '../vm-fixture.ts'
import { LIES } from './lying-child.fixture.ts'

// The main process believes its child nothing that cannot be. Who lies here is a program beside a child that is confined:
// it has the same wire, and writes to it once a file is there that says what.

const lack = await fullyConfined()
const place = await mkdtemp(join(tmpdir(), 'writ-lies-'))
afterAll(() => rm(place, { recursive: true, force: true }))

const PATH = join(place, 'bwrap')
const TOLD = join(place, 'told')
const TELLER = join(place, 'tell.mjs')
// The child reads and writes its side of the wire without waiting, so whoever shares it has to try again.
await writeFile(
  TELLER,
  `import { readFileSync, writeSync } from 'node:fs'
  const lie = readFileSync(process.argv[2])
  for (let at = 0; at < lie.length; )
    try {
      at += writeSync(3, lie, at)
    } catch (error) {
      if (error.code !== 'EAGAIN') throw error
    }`,
)
const LIAR = `#!/bin/sh
(
  while kill -0 $$; do
    if mv ${TOLD} ${place}/telling-$$; then ${process.execPath} ${TELLER} ${place}/telling-$$; fi
    sleep 0.02
  done
) 2>/dev/null 4>&- 5>&- &
exec /usr/bin/bwrap "$@"
`
await writeFile(PATH, LIAR)
await chmod(PATH, 0o755)

describe.skipIf(lack !== undefined)('a child that lies', () => {
  describe.each(Object.entries(LIES))('by %s', (_mechanism, lies) => {
    // The child that comes after one lie is the one that tells the next.
    let sandbox: Sandbox
    let opened = 0
    beforeAll(async () => {
      sandbox = await openSandbox({ bubblewrap: { path: PATH }, deno: { lack: 'it is tried below' } })
      expect(sandbox.confinement.level).toBe('full')
      return () => sandbox.close()
    })

    it.each(Object.entries(lies))('%s', async (name, lie) => {
      const vm = await sandbox.open(vmOptions({ functions: ['read'] }))
      await runCell(vm, 'let n = 1')
      await writeFile(join(place, 'lie'), toldOf(opened, lie))
      opened += 1
      const calls: unknown[] = []
      const stopped = runCell(vm, 'n = 2; await read(); n = 3', { calls: 2 }, (call) => {
        if (calls.push(call) === 1) void rename(join(place, 'lie'), TOLD)
        return undefined
      })
      expect(await stopped).toMatchObject({ outcome: 'imposed', error: { name: 'CellStopped' } })
      expect(calls).toHaveLength(name === 'more calls than the cell may make' ? 2 : 1)
      expect(await shownBy(vm, '[n, (await read(3)).args]')).toBe('[1, [3]]')
      await vm.close()
    })
  })
})

/** The lie, which is of the first VM of a sandbox, of another. */
function toldOf(vm: number, lie: string | Buffer): string | Buffer {
  return typeof lie === 'string' ? lie.replaceAll('"vm":0', `"vm":${vm}`) : lie
}

it.runIf(lack !== undefined)(`is shown at full confinement only: ${lack}`, ({ skip }) => skip())

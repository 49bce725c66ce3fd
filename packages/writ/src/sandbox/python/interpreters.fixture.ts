import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { CellResult, Sandbox } from '@writ/contract'
import { onTestFinished, vi } from 'vitest'
import { inVm } from './python-vm.fixture.ts'

/** Everything that an interpreter could differ in: all its memory, where its objects lie, chance, the clock, its modules. */
export const TELLING: readonly string[] = [
  'import ctypes, gc, hashlib\nhashlib.sha256(ctypes.string_at(8, 31_457_000)).hexdigest()',
  '[(type(o).__name__, id(o)) for o in gc.get_objects()][:3000]',
  'import random, sys, time, uuid\n[random.random(), time.time(), time.perf_counter(), str(uuid.uuid4()), hash("a"), id(object())]',
  '[sorted(sys.modules), {str(n) for n in range(50)}, [hash(object()) for _ in range(9)], read("a")["name"]]',
]

type OpenPython = () => Promise<Sandbox>

/** Finds out anew how interpreters are started, as another process would, with or without the memory that comes with Writ. */
export async function another({ brought }: { readonly brought: boolean }): Promise<OpenPython> {
  vi.resetModules()
  const { interpreters } = await import('./interpreters.ts')
  const { openPython } = await import('./open-python.ts')
  return async () => {
    await interpreters(undefined, brought ? undefined : () => undefined)
    return await openPython()
  }
}

/** What the telling cells show in a sandbox of their own. */
export async function toldBy(open: OpenPython): Promise<CellResult[]> {
  const sandbox = await open()
  try {
    return await inVm(sandbox, TELLING)
  } finally {
    await sandbox.close()
  }
}

/** A directory for this user's snapshots, in which there is none. It is for a process that a file of tests has to itself. */
export function noSnapshots(): string {
  const cache = mkdtempSync(join(tmpdir(), 'writ-snapshots-'))
  vi.stubEnv('XDG_CACHE_HOME', cache)
  onTestFinished(() => {
    vi.unstubAllEnvs()
    rmSync(cache, { recursive: true })
  })
  return join(cache, 'writ')
}

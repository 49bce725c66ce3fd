import { spawn } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { MOST_DATA_KB } from '../../confinement/program-limits.ts'
import { DENO_ENVIRONMENT, underDeno } from '../../confinement/under-deno.ts'
import { childProgram } from '../child-command.ts'
import type { Ended } from './escaped-program.fixture.ts'

// Programs in the place of a child under Deno: what could be done by whoever had got out of the VM.

/** What still stands: all of it; the filter without Deno's permissions; nothing. */
export type Standing = 'confined' | 'filtered' | 'free'

/** Deno's permissions have fallen, and what calls the system is open since before the filter stood. */
const FALLEN = `
  Deno.permissions.revokeSync = () => ({ state: 'prompt' })
  globalThis.libc = Deno.dlopen('libc.so.6', {
    syscall: { parameters: ['i64', 'i64', 'i64', 'i64', 'i64', 'i64', 'i64'], result: 'i64' },
    __errno_location: { parameters: [], result: 'pointer' },
  })`

const OWN_FILTER = new URL('../../confinement/own-filter.ts', import.meta.url).href

/** Runs code under Deno as the child is run, where the filter stands once the code does. */
export async function runUnderDeno(deno: string, code: string, standing: Standing): Promise<Ended> {
  const place = await mkdtemp(join(tmpdir(), 'writ-under-deno-'))
  try {
    const path = join(place, 'program.mjs')
    const fallen = standing === 'filtered' ? FALLEN : ''
    const filter =
      standing === 'free' ? '' : `import { filterOwnCalls } from '${OWN_FILTER}'\n${fallen}\nfilterOwnCalls()`
    await writeFile(
      path,
      `import { createRequire } from 'node:module'\n${filter}\nconst require = createRequire('/')\n${code}`,
    )
    const flags =
      standing === 'confined' ? (childProgram().deno ?? []) : ['run', '-A', '--quiet', '--no-config']
    const command = [deno, ...flags, path] as const
    const [file, ...args] =
      standing === 'free' ? command : underDeno({ command, files: [], dataKb: MOST_DATA_KB })
    const child = spawn(file, args, {
      cwd: '/',
      env: standing === 'free' ? { ...process.env, ...DENO_ENVIRONMENT } : DENO_ENVIRONMENT,
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true,
    })
    const said = { stdout: '', stderr: '' }
    child.stdout.setEncoding('utf8').on('data', (text: string) => (said.stdout += text))
    child.stderr.setEncoding('utf8').on('data', (text: string) => (said.stderr += text))
    return await new Promise((resolve, reject) => {
      child.on('error', reject)
      child.on('close', (ended, signal) => resolve({ code: ended, signal, ...said }))
    })
  } finally {
    await rm(place, { recursive: true, force: true })
  }
}

import { existsSync } from 'node:fs'
import { WritError } from '@writ/contract'
import { z } from 'zod'
import type { Child } from '../../confinement/child.ts'
import type { ChildProgram } from '../../confinement/child-program.ts'
import { ConfinedChild } from '../../confinement/confined-child.ts'
import { findBubblewrap } from '../../confinement/find-bubblewrap.ts'
import type { Wall } from '../../confinement/wall.ts'
import type { SandboxChild } from '../sandbox-child.ts'
import { sandboxFailed } from '../sandbox-failed.ts'
import { findPyodide, type PyodidePackage } from './pyodide-package.ts'
import { pythonAbi } from './python-abi.ts'
import { pythonProgram } from './python-program.ts'
import { snapshotFile } from './snapshot-file.ts'

/** What stands between a Python cell and the machine, from the inside out. The engine is no boundary of its own. */
export const PYTHON_LAYERS: readonly string[] = Object.freeze([
  'pyodide',
  'node --permission',
  'seccomp',
  'bubblewrap',
])

/** How long an interpreter may take to load and give its memory. */
const MAKE_MS = 60_000

/** All that starts interpreters on this machine. */
export interface Interpreters {
  /** Digest of the engine and what is put into it. */
  readonly abi: string
  /** Starts one, behind the whole wall or not at all. */
  readonly start: () => SandboxChild
  /** Starts another program behind the same wall. */
  readonly beside: <Message>(program: ChildProgram) => Child<Message>
}

let found: Promise<Prepared> | undefined

/** What was found out, and the file that it rests on. */
interface Prepared {
  readonly interpreters: Interpreters
  readonly snapshot: string
}

/**
 * Finds out how interpreters are started here, once, and again when the snapshot was removed meanwhile. Rejects with
 * `PYTHON_NOT_INSTALLED` without the engine, and with `CONFINEMENT_REDUCED` where bubblewrap does not confine: nothing else
 * keeps a Python cell from this machine.
 */
export async function interpreters(
  bubblewrap: ReturnType<typeof findBubblewrap> = findBubblewrap(),
): Promise<Interpreters> {
  if ('lack' in bubblewrap) throw unconfined(bubblewrap.lack)
  const preparing = found ?? prepare({ level: 'full', bubblewrap: bubblewrap.path })
  found = preparing
  const forget = (): void => {
    if (found === preparing) found = undefined
  }
  preparing.catch(forget)
  const prepared = await preparing
  if (existsSync(prepared.snapshot)) return prepared.interpreters
  forget()
  return await interpreters(bubblewrap)
}

async function prepare(wall: Wall): Promise<Prepared> {
  const engine = findPyodide()
  const abi = pythonAbi(engine)
  const snapshot = await snapshotFile(abi, () => makeSnapshot(wall, engine))
  const program = pythonProgram(engine, snapshot)
  return {
    snapshot,
    interpreters: {
      abi,
      start: () => new ConfinedChild(wall, program),
      beside: (other) => new ConfinedChild(wall, other),
    },
  }
}

const said = z.strictObject({ type: z.literal('snapshot'), base64: z.base64() })

/** Loads an interpreter, and takes its memory before it has run anything. */
async function makeSnapshot(wall: Wall, engine: PyodidePackage): Promise<Uint8Array> {
  const child = new ConfinedChild(wall, pythonProgram(engine))
  try {
    await child.confined.catch((error: unknown) => {
      throw unconfined(error instanceof Error ? error.message : String(error))
    })
    return await new Promise((resolve, reject) => {
      const late = setTimeout(() => reject(sandboxFailed('Python does not load')), MAKE_MS)
      child.own({
        onMessage: (value) => {
          clearTimeout(late)
          const message = said.safeParse(value)
          if (message.success) resolve(Buffer.from(message.data.base64, 'base64'))
          else reject(sandboxFailed('Python gave no snapshot'))
        },
        onGone: (reason) => {
          clearTimeout(late)
          reject(sandboxFailed(`Python does not load: ${reason.slice(-500)}`))
        },
      })
      child.send({ type: 'snapshot' })
    })
  } finally {
    await child.close()
  }
}

function unconfined(lack: string): WritError {
  return new WritError(
    'CONFINEMENT_REDUCED',
    `Python cells run behind bubblewrap only, for the engine is no boundary of its own: ${lack}.`,
    {
      next: 'Install bubblewrap where it is missing (`apt install bubblewrap`) and allow user namespaces, or let cells be JavaScript.',
    },
  )
}

import { promisify } from 'node:util'
import { zstdDecompress } from 'node:zlib'
import { WritError } from '@writ/contract'
import { z } from 'zod'
import type { Child } from '../../confinement/child.ts'
import type { ChildProgram } from '../../confinement/child-program.ts'
import { ConfinedChild } from '../../confinement/confined-child.ts'
import { findBubblewrap } from '../../confinement/find-bubblewrap.ts'
import type { Wall } from '../../confinement/wall.ts'
import type { ToChild } from '../messages.ts'
import type { SandboxChild } from '../sandbox-child.ts'
import { sandboxFailed } from '../sandbox-failed.ts'
import { comeAlong } from './packed-memory.ts'
import { findPyodide, type PyodidePackage } from './pyodide-package.ts'
import { pythonAbi } from './python-abi.ts'
import { pythonProgram } from './python-program.ts'
import { sealed } from './sealed-memory.ts'
import { KeptSnapshot, keepSnapshot, removeUnused, snapshotPlace } from './snapshot-file.ts'
import type { Wheel } from './wheels.ts'

/** What stands between a Python cell and the machine, from the inside out. The engine is no boundary of its own. */
export const PYTHON_LAYERS: readonly string[] = Object.freeze([
  'pyodide',
  'node --permission',
  'seccomp',
  'bubblewrap',
])

/** How long an interpreter may take to load and give its memory. */
const MAKE_MS = 60_000
/** More than the memory of an interpreter that has run nothing. */
const MOST_MEMORY_BYTES = 128 * 1024 * 1024

/** All that starts interpreters on this machine. */
export interface Interpreters {
  /** Digest of the engine and what is put into it. */
  readonly abi: string
  /** Starts one, behind the whole wall or not at all. */
  readonly start: (wheels: readonly Wheel[]) => SandboxChild
  /** Starts another program behind the same wall. */
  readonly beside: <Message>(program: ChildProgram) => Child<Message>
}

let found: Promise<Prepared> | undefined

/** What was found out, and the snapshot that it rests on, where one could be written. */
interface Prepared {
  readonly interpreters: Interpreters
  readonly snapshot: KeptSnapshot | undefined
}

/**
 * Finds out how interpreters are started here, once, and again when the snapshot was removed or changed meanwhile. Rejects with
 * `PYTHON_NOT_INSTALLED` without the engine, and with `CONFINEMENT_REDUCED` where bubblewrap does not confine: nothing else
 * keeps a Python cell from this machine.
 */
export async function interpreters(
  bubblewrap: ReturnType<typeof findBubblewrap> = findBubblewrap(),
  broughtBy: typeof comeAlong = comeAlong,
): Promise<Interpreters> {
  if ('lack' in bubblewrap) throw unconfined(bubblewrap.lack)
  const preparing = found ?? prepare({ level: 'full', bubblewrap: bubblewrap.path }, broughtBy)
  found = preparing
  const forget = (): void => {
    if (found === preparing) found = undefined
  }
  preparing.catch(forget)
  const prepared = await preparing
  if (prepared.snapshot === undefined || prepared.snapshot.whole() !== undefined) return prepared.interpreters
  forget()
  return await interpreters(bubblewrap, broughtBy)
}

/** Begins from what this user has kept, else from the memory that `broughtBy` finds, else from one that is made. */
async function prepare(wall: Wall, broughtBy: typeof comeAlong): Promise<Prepared> {
  const engine = findPyodide()
  const abi = pythonAbi(engine)
  const place = snapshotPlace(abi)
  removeUnused(place)
  const own = new KeptSnapshot(place)
  if (own.whole() !== undefined) return prepared(wall, engine, abi, own)
  const brought = broughtBy(engine, abi)
  const kept = brought === undefined ? undefined : keepSnapshot(abi, brought)
  if (kept !== undefined) return prepared(wall, engine, abi, new KeptSnapshot(kept))
  const { first, memory } = await makeSnapshot(wall, engine)
  const made = keepSnapshot(abi, sealed(memory))
  return prepared(wall, engine, abi, made === undefined ? undefined : new KeptSnapshot(made), first)
}

/**
 * `first` is an interpreter that is up: it is the one that is started next. One that is started when the snapshot is not whole
 * any more makes its memory itself.
 */
function prepared(
  wall: Wall,
  engine: PyodidePackage,
  abi: string,
  snapshot: KeptSnapshot | undefined,
  first?: SandboxChild,
): Prepared {
  let up = first
  const start = (wheels: readonly Wheel[]): SandboxChild => {
    if (up === undefined || up.gone !== undefined || wheels.length > 0)
      return new ConfinedChild(wall, pythonProgram(engine, snapshot?.whole(), wheels))
    const child = up
    up = undefined
    return child
  }
  return { snapshot, interpreters: { abi, start, beside: (other) => new ConfinedChild(wall, other) } }
}

const said = z.strictObject({ type: z.literal('snapshot'), zstd: z.string() })
const unpack = promisify(zstdDecompress)

/** An interpreter that came up by itself, and what it made for others to begin from. */
interface Made {
  readonly first: SandboxChild
  readonly memory: Uint8Array
}

/**
 * Starts an interpreter without a snapshot. INVARIANT: what it gives was made before it was told of any VM, so that no
 * code of a guest has had a part in it.
 */
async function makeSnapshot(wall: Wall, engine: PyodidePackage): Promise<Made> {
  const child = new ConfinedChild<ToChild>(wall, pythonProgram(engine))
  try {
    await child.confined.catch((error: unknown) => {
      throw unconfined(error instanceof Error ? error.message : String(error))
    })
    const packed = await snapshotOf(child)
    const memory = await unpack(Buffer.from(packed, 'base64'), { maxOutputLength: MOST_MEMORY_BYTES })
    child.unref()
    return { first: child, memory }
  } catch (error) {
    await child.close()
    throw error
  }
}

async function snapshotOf(child: SandboxChild): Promise<string> {
  return await new Promise((resolve, reject) => {
    const late = setTimeout(() => reject(sandboxFailed('Python does not load')), MAKE_MS)
    child.own({
      onMessage: (value) => {
        clearTimeout(late)
        const message = said.safeParse(value)
        if (message.success) resolve(message.data.zstd)
        else reject(sandboxFailed('Python gave no snapshot'))
      },
      onGone: (reason) => {
        clearTimeout(late)
        reject(sandboxFailed(`Python does not load: ${reason.slice(-500)}`))
      },
    })
    child.send({ type: 'snapshot' })
  })
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

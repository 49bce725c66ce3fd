import { hash, randomUUID } from 'node:crypto'
import {
  closeSync,
  constants,
  existsSync,
  fstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { join, resolve } from 'node:path'
import { type PythonPackage, WritError } from '@writ/contract'

// Packages of Python that a user installed for cells: wheels in a directory. What is in them is looked at in a confined
// process only; here they are bytes with a name and a digest. Those a run used are kept in its home, by digest.

/** A wheel and where it lies, in a directory that is named after its digest. */
export interface Wheel {
  readonly file: string
  readonly sha256: string
  readonly path: string
}

/** Where wheels are. */
export interface WheelPlaces {
  /** Where the user put them, if anywhere. */
  readonly directory?: string
  /** Where those of runs are kept. */
  readonly kept?: string
}

const MOST_WHEELS = 200
const MOST_BYTES = 256 * 1024 * 1024
/** A name that is safe in a path and a message. What else a name has to be is checked where the wheel is read. */
const FILE_NAME = /^[A-Za-z0-9][A-Za-z0-9._+!-]{0,200}\.whl$/

/** The wheels that the user installed, kept for this home, in the order of their names. Throws `PYTHON_PACKAGE_REFUSED`. */
export function installedWheels({ directory, kept }: WheelPlaces): readonly Wheel[] {
  if (directory === undefined || kept === undefined) return []
  return filesIn(directory).map((file) => keep(join(directory, file), file, kept))
}

/** The wheels that a run names, by their digests. Throws `PYTHON_PACKAGE_MISSING` where one is not here. */
export function recordedWheels(packages: readonly PythonPackage[], places: WheelPlaces): readonly Wheel[] {
  return packages.map(({ file, sha256 }) => {
    if (!FILE_NAME.test(file)) throw refused(file, 'its name is not that of a wheel')
    const { directory, kept } = places
    if (kept !== undefined) {
      const path = join(kept, sha256, file)
      if (isWheel(path, sha256)) return used({ file, sha256, path })
      const given = directory === undefined ? undefined : join(resolve(directory), file)
      if (given !== undefined && isWheel(given, sha256)) return keep(given, file, kept)
    }
    const message = `The run used the Python package ${file} (sha256 ${sha256}), and these bytes are not here.`
    throw new WritError('PYTHON_PACKAGE_MISSING', message)
  })
}

/** Whether wheels that were kept a while ago still are. From here on they count as used now. */
export function areStillKept(wheels: readonly Wheel[]): boolean {
  return wheels.every((wheel) => existsSync(used(wheel).path))
}

/** Says why a wheel is not taken. */
export function refused(file: string, why: string): WritError {
  return new WritError('PYTHON_PACKAGE_REFUSED', `The Python package ${file} is refused: ${why}.`)
}

function filesIn(directory: string): string[] {
  let names: string[]
  try {
    names = readdirSync(directory)
  } catch (error) {
    throw refused(directory, error instanceof Error ? error.message : String(error))
  }
  const wheels = names.filter((name) => name.endsWith('.whl')).sort()
  if (wheels.length > MOST_WHEELS) throw refused(directory, `it holds more than ${MOST_WHEELS} wheels`)
  return wheels
}

/** Puts a wheel where a run finds it again. INVARIANT: what is kept are the bytes that were digested, whatever the file has since. */
function keep(from: string, file: string, kept: string): Wheel {
  if (!FILE_NAME.test(file))
    throw refused(JSON.stringify(file.slice(0, 200)), 'its name is not that of a wheel')
  const bytes = bytesOf(from, file)
  const sha256 = hash('sha256', bytes)
  const path = join(kept, sha256, file)
  if (isWheel(path, sha256)) return used({ file, sha256, path })
  mkdirSync(join(kept, sha256), { recursive: true, mode: 0o700 })
  const draft = `${path}.${randomUUID()}`
  try {
    writeFileSync(draft, bytes, { flag: 'wx', mode: 0o600 })
    renameSync(draft, path)
  } finally {
    rmSync(draft, { force: true })
  }
  return { file, sha256, path }
}

/** A kept wheel that is used now, so that it stays until a run names it. In a home that is only read nothing is removed, either. */
function used(wheel: Wheel): Wheel {
  const now = new Date()
  try {
    utimesSync(wheel.path, now, now)
  } catch {}
  return wheel
}

/** The bytes of a file that is one, and not too large. Nothing else that lies in its place is waited for. */
function bytesOf(path: string, file: string): Buffer {
  let opened: number | undefined
  try {
    opened = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK)
    const found = fstatSync(opened)
    if (!found.isFile()) throw new Error('it is no file')
    if (found.size > MOST_BYTES) throw new Error(`it is larger than ${MOST_BYTES} bytes`)
    return readFileSync(opened)
  } catch (error) {
    throw refused(file, error instanceof Error ? error.message : String(error))
  } finally {
    if (opened !== undefined) closeSync(opened)
  }
}

/** Whether these very bytes are there. */
function isWheel(path: string, sha256: string): boolean {
  try {
    return hash('sha256', bytesOf(path, path)) === sha256
  } catch {
    return false
  }
}

// Runs the code of the command, which V8 compiled in an earlier run. Node keeps by itself only what is compiled when a
// module is loaded; most functions are when they are first called, and a question calls two thousand. So all that is
// compiled by the end of a run is kept, beside the code, where only who may change that can write.
import {
  constants as access,
  accessSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { cachedDataVersionTag, getHeapCodeStatistics } from 'node:v8'
import { constants, Script } from 'node:vm'
import { crc32 } from 'node:zlib'

/** How much more code a run must have compiled than what is kept to be kept in its place. */
const MORE = 1.1

/**
 * Runs a CommonJS file, and the files of its bundle that it requires. Whatever is kept of other bytes, by another V8, by
 * another user or not as it was written counts for nothing.
 * @param {string} main path of the file
 * @param {string} place directory of what is kept
 */
export function runKept(main, place) {
  withoutLoaderWarning()
  const path = join(place, `command-${cachedDataVersionTag()}`)
  const kept = read(path, main)
  /** @type {Map<string, { exports: object }>} */
  const modules = new Map()
  /** @type {{ file: string, source: number, script: Script }[]} */
  const scripts = []

  /** @param {string} file */
  const load = (file) => {
    const loaded = modules.get(file)
    if (loaded !== undefined) return loaded.exports
    const code = readFileSync(file, 'utf8')
    const source = crc32(code)
    const known = kept.parts.get(file)
    const script = new Script(`(function (exports, require, module, __filename, __dirname) {${code}\n})`, {
      filename: file,
      cachedData: known?.source === source ? known.data : undefined,
      importModuleDynamically: constants.USE_MAIN_CONTEXT_DEFAULT_LOADER,
    })
    scripts.push({ file, source, script })
    const others = createRequire(file)
    /** @param {string} name */
    const require = (name) => (name.startsWith('.') ? load(join(dirname(file), name)) : others(name))
    require.resolve = others.resolve
    const module = { exports: {} }
    modules.set(file, module)
    try {
      script.runInThisContext()(module.exports, require, module, file, dirname(file))
    } catch (error) {
      modules.delete(file) // whoever asks for it again gets the error again, and no half of it
      throw error
    }
    return module.exports
  }

  const keep = () => {
    const compiled = getHeapCodeStatistics().bytecode_and_metadata_size
    if (scripts.every(({ script }) => script.cachedDataRejected === false) && compiled < kept.compiled * MORE)
      return
    mkdirSync(place, { recursive: true, mode: 0o755 })
    accessSync(place, access.W_OK) // making what is kept takes longer than most commands have left
    const parts = scripts.map(({ file, source, script }) => ({
      file,
      source,
      data: script.createCachedData(),
    }))
    const ran = new Set(scripts.map(({ file }) => file))
    const others = [...kept.parts].filter(([file]) => !ran.has(file) && existsSync(file))
    write(path, { main, compiled }, [...parts, ...others.map(([file, part]) => ({ file, ...part }))])
  }
  process.on('exit', () => {
    try {
      keep()
    } catch {
      // Nothing is kept where nothing may be written, and the command ends as it was to end.
    }
  })
  load(main)
}

/** Has Node not say, in the middle of a command, that code which is run from a script imports a package. */
function withoutLoaderWarning() {
  const emitWarning = process.emitWarning.bind(process)
  /** @param {Parameters<typeof emitWarning>} said */
  const emitOthers = (...said) => {
    if (!String(said[0]).startsWith('vm.USE_MAIN_CONTEXT_DEFAULT_LOADER ')) emitWarning(...said)
  }
  process.emitWarning = /** @type {typeof emitWarning} */ (emitOthers)
}

/**
 * What an earlier run of a file kept, by file.
 * @param {string} path
 * @param {string} main
 * @returns {{ compiled: number, parts: Map<string, { source: number, data: Buffer }> }}
 */
function read(path, main) {
  const parts = new Map()
  try {
    if (!isTrusted(path, main)) return { compiled: 0, parts }
    const bytes = readFileSync(path)
    const end = bytes.indexOf('\n')
    const head = JSON.parse(bytes.toString('utf8', 0, end))
    if (head.main !== main) return { compiled: 0, parts } // each bundle of a checkout is another
    let at = end + 1
    for (const { file, source, length, sum } of head.parts) {
      const data = bytes.subarray(at, at + length)
      if (crc32(data) === sum) parts.set(file, { source, data }) // V8 trusts what it is given
      at += length
    }
    return { compiled: head.compiled, parts }
  } catch {
    return { compiled: 0, parts }
  }
}

/**
 * Whether nobody wrote a file but this user, or the one whose code is run: V8 would run what it holds in the code's place.
 * @param {string} path
 * @param {string} main
 */
function isTrusted(path, main) {
  if (process.getuid === undefined) return true // a system whose files say nothing of it
  const { uid, mode } = lstatSync(path)
  return (mode & 0o022) === 0 && (uid === process.getuid() || uid === lstatSync(main).uid)
}

/**
 * @param {string} path
 * @param {{ main: string, compiled: number }} run
 * @param {{ file: string, source: number, data: Buffer }[]} parts
 */
function write(path, run, parts) {
  const told = parts.map(({ file, source, data }) => ({
    file,
    source,
    length: data.length,
    sum: crc32(data),
  }))
  const own = `${path}.${process.pid}.${process.hrtime.bigint()}`
  const head = Buffer.from(`${JSON.stringify({ ...run, parts: told })}\n`)
  try {
    writeFileSync(own, Buffer.concat([head, ...parts.map(({ data }) => data)]), { flag: 'wx', mode: 0o644 })
    renameSync(own, path)
  } catch (error) {
    rmSync(own, { force: true })
    throw error
  }
}

// Runs the code of the command, which V8 compiled in an earlier run. Node keeps by itself only what is compiled when a
// module is loaded; most functions are when they are first called, and a question calls two thousand. So all that is
// compiled by the end of a run is kept, beside the code, where only who may change that can write.
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { cachedDataVersionTag, getHeapCodeStatistics } from 'node:v8'
import { constants, Script } from 'node:vm'
import { crc32 } from 'node:zlib'

/** How much more code a run must have compiled than what is kept to be kept in its place. */
const MORE = 1.1

/**
 * Runs a CommonJS file, and the files of its bundle that it requires. Whatever is kept of other bytes, by another V8 or
 * not as it was written counts for nothing.
 * @param {string} main path of the file
 * @param {string} place directory of what is kept
 */
export function runKept(main, place) {
  withoutLoaderWarning()
  const path = join(place, `command-${cachedDataVersionTag()}`)
  const kept = read(path)
  /** @type {Map<string, { exports: object }>} */
  const modules = new Map()
  /** @type {{ file: string, source: number, script: Script }[]} */
  const scripts = []

  /** @param {string} file */
  const load = (file) => {
    const loaded = modules.get(file)
    if (loaded !== undefined) return loaded.exports
    const module = { exports: {} }
    modules.set(file, module)
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
    script.runInThisContext()(module.exports, require, module, file, dirname(file))
    return module.exports
  }

  process.on('exit', () => {
    const compiled = getHeapCodeStatistics().bytecode_and_metadata_size
    if (scripts.every(({ script }) => script.cachedDataRejected === false) && compiled < kept.compiled * MORE)
      return
    const parts = scripts.map(({ file, source, script }) => ({
      file,
      source,
      data: script.createCachedData(),
    }))
    const others = [...kept.parts].filter(([file]) => !modules.has(file) && existsSync(file))
    write(path, compiled, [...parts, ...others.map(([file, part]) => ({ file, ...part }))])
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
 * What an earlier run kept, by file.
 * @param {string} path
 * @returns {{ compiled: number, parts: Map<string, { source: number, data: Buffer }> }}
 */
function read(path) {
  const parts = new Map()
  try {
    const bytes = readFileSync(path)
    const end = bytes.indexOf('\n')
    const head = JSON.parse(bytes.toString('utf8', 0, end))
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
 * @param {string} path
 * @param {number} compiled
 * @param {{ file: string, source: number, data: Buffer }[]} parts
 */
function write(path, compiled, parts) {
  const told = parts.map(({ file, source, data }) => ({
    file,
    source,
    length: data.length,
    sum: crc32(data),
  }))
  const own = `${path}.${process.pid}`
  try {
    mkdirSync(dirname(path), { recursive: true })
    writeFileSync(
      own,
      Buffer.concat([
        Buffer.from(`${JSON.stringify({ compiled, parts: told })}\n`),
        ...parts.map(({ data }) => data),
      ]),
    )
    renameSync(own, path)
  } catch {
    // Nothing is kept where nothing may be written.
  }
}

// Runs the code of the command, which V8 compiled in an earlier run. Node keeps by itself only what is compiled when a
// module is loaded; most functions are when they are first called, and a question calls two thousand. So all that is
// compiled by the end of a run is kept, beside the code, where only who may change that can write.
import {
  accessSync,
  closeSync,
  existsSync,
  constants as files,
  fstatSync,
  lstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { createRequire } from 'node:module'
import { basename, dirname, join } from 'node:path'
import { cachedDataVersionTag, getHeapCodeStatistics } from 'node:v8'
import { constants, Script } from 'node:vm'
import { getEnvironmentData, setEnvironmentData, workerData } from 'node:worker_threads'
import { crc32 } from 'node:zlib'

/** How much more code a run must have compiled than what is kept to be kept in its place. */
const MORE = 1.1

/** What threads of this process find here: where compiled code is kept, and what they tell the command of theirs. */
const THREADS = 'writ: compiled code'

/** Numbers that all threads share: whether to keep, and how often one has come to keep its own or could not. */
const KEEP = 0
const CAME = 1

/** What a thread says of itself: that it runs, that code of it is not kept, that it has come to keep it. */
const UP = 1
const BARE = 2
const DONE = 4

/** Opens what is a file, and waits for nothing that is not. */
const OF_A_FILE = files.O_RDONLY | files.O_NOFOLLOW | files.O_NONBLOCK

/** What is not yet in its place, with the process that writes it, and how old it may be, in milliseconds. */
const DRAFT = /^(?:command|thread-[^.]+)-\d+\.\d+\.\d+$/
const LONGEST_WRITING = 600_000

/** How long the end of a command waits for its threads to keep theirs, in milliseconds. */
const LONGEST_WAIT = 500

/**
 * Runs a CommonJS file, and the files of its bundle that it requires; `runThread` does so for its threads. Whatever is kept
 * of other bytes, by another V8, by another user or not as it was written counts for nothing.
 * @param {string} main path of the file
 * @param {string} place directory of what is kept
 */
export function runKept(main, place) {
  const tag = cachedDataVersionTag()
  const code = openCode(main, join(place, `command-${tag}`))
  const told = new Int32Array(new SharedArrayBuffer(8))
  const entry = new URL('compiled-thread.js', import.meta.url).href
  /** What each thread says of itself. Who starts a thread puts it here, and takes it away when the thread has ended. */
  const states = /** @type {Set<Int32Array>} */ (new Set())
  setEnvironmentData(THREADS, { entry, place, tag, told, states })
  /** @param {number} what */
  const saying = (what) => [...states].filter((state) => (Atomics.load(state, 0) & what) !== 0)
  process.on('exit', () => {
    try {
      if (!code.isNew() && saying(BARE).length === 0) return
      mkdirSync(place, { recursive: true, mode: 0o755 })
      accessSync(place, files.W_OK) // making what is kept takes longer than most commands have left
      Atomics.store(told, KEEP, 1)
      Atomics.notify(told, KEEP)
      code.keep()
      const end = Date.now() + LONGEST_WAIT
      for (;;) {
        const came = Atomics.load(told, CAME)
        if (saying(DONE).length === saying(UP).length || Date.now() >= end) return
        Atomics.wait(told, CAME, came, end - Date.now())
      }
    } catch {
      // Nothing is kept where nothing may be written, and the command ends as it was to end.
    }
  })
  code.run()
}

/** Runs the file that this thread is started for. What it compiles is kept when the command keeps what it did. */
export function runThread() {
  const { place, tag, told } = /** @type {{ place: string, tag: number, told: Int32Array }} */ (
    getEnvironmentData(THREADS)
  )
  const { file, state } = /** @type {{ file: string, state: Int32Array }} */ (workerData)
  const code = openCode(file, join(place, `thread-${basename(dirname(file))}-${tag}`))
  const asked = Atomics.waitAsync(told, KEEP, 0)
  if (asked.async) {
    Atomics.or(state, 0, UP)
    asked.value.then(() => {
      try {
        code.keep()
      } catch {
        // The same.
      }
      Atomics.or(state, 0, DONE)
      Atomics.add(told, CAME, 1)
      Atomics.notify(told, CAME)
    })
  }
  code.run()
  if (code.isBare()) Atomics.or(state, 0, BARE)
}

/**
 * The code of a program, with what an earlier run of it kept.
 * @param {string} main
 * @param {string} path of what is kept
 */
function openCode(main, path) {
  withoutLoaderWarning()
  const kept = read(path, main)
  /** @type {Map<string, { exports: object }>} */
  const modules = new Map()
  /** @type {{ file: string, source: number, script: Script }[]} */
  const scripts = []

  /** @param {string} file */
  const load = (file) => {
    const loaded = modules.get(file)
    if (loaded !== undefined) return loaded.exports
    const bytes = readFileSync(file)
    const code = bytes.toString()
    const source = crc32(bytes)
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

  const compiled = () => getHeapCodeStatistics().bytecode_and_metadata_size
  /** Whether a file runs of which nothing was kept. */
  const isBare = () => scripts.some(({ script }) => script.cachedDataRejected !== false)
  return {
    run: () => load(main),
    isBare,
    /** Whether there is more to keep than what is kept. */
    isNew: () => isBare() || compiled() >= kept.compiled * MORE,
    keep() {
      const parts = scripts.map(({ file, source, script }) => ({
        file,
        source,
        data: script.createCachedData(),
      }))
      const ran = new Set(scripts.map(({ file }) => file))
      const others = [...kept.parts].filter(([file]) => !ran.has(file) && existsSync(file))
      write(path, { main, compiled: compiled() }, [
        ...parts,
        ...others.map(([file, part]) => ({ file, ...part })),
      ])
    },
  }
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
    const bytes = readTrusted(path, main)
    if (bytes === undefined) return { compiled: 0, parts }
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
 * A file that nobody wrote but this user, or the one whose code is run: V8 would run what it holds in the code's place.
 * @param {string} path
 * @param {string} main
 */
function readTrusted(path, main) {
  const fd = openSync(path, OF_A_FILE)
  try {
    return isTrusted(fstatSync(fd), main) ? readFileSync(fd) : undefined
  } finally {
    closeSync(fd)
  }
}

/**
 * @param {import('node:fs').Stats} found
 * @param {string} main
 */
function isTrusted(found, main) {
  if (!found.isFile()) return false
  if (process.getuid === undefined) return true // a system whose files say nothing of it
  return (found.mode & 0o022) === 0 && (found.uid === process.getuid() || found.uid === statSync(main).uid)
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
  removeDrafts(dirname(path))
}

/**
 * Removes what processes that were killed while they kept something left of it.
 * @param {string} place
 */
function removeDrafts(place) {
  for (const name of readdirSync(place)) {
    if (!DRAFT.test(name)) continue
    const draft = join(place, name)
    try {
      if (Date.now() - lstatSync(draft).mtimeMs > LONGEST_WRITING) rmSync(draft)
    } catch {
      // Whoever writes it has put it in its place.
    }
  }
}

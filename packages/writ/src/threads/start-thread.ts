import { fileURLToPath } from 'node:url'
import { getEnvironmentData, type ResourceLimits, Worker } from 'node:worker_threads'

/** Name of what the command's launcher says (`bin/compiled-code.js`). */
const COMPILED = 'writ: compiled code'

interface Compiled {
  /** Where threads start whose compiled code it keeps. */
  readonly entry: string
  /** What each of those that have not ended says of itself. */
  readonly states: Set<Int32Array>
}

/** A thread of our own. */
export interface OwnThread {
  /** The file it runs; a bundle has it as CommonJS, beside where the source has it. */
  readonly file: URL
  readonly name: string
  readonly resourceLimits: ResourceLimits
}

/** Starts a thread that keeps no process alive and sees nothing of the environment. */
export function startThread({ file, name, resourceLimits }: OwnThread): Worker {
  const inSource = file.pathname.endsWith('.ts')
  const compiled = getEnvironmentData(COMPILED) as Compiled | undefined
  const state = new Int32Array(new SharedArrayBuffer(4))
  const worker = new Worker(inSource || compiled === undefined ? file : new URL(compiled.entry), {
    env: {},
    execArgv: inSource ? ['--conditions=@writ/source'] : [],
    workerData: { file: fileURLToPath(file), state },
    name,
    resourceLimits,
  })
  compiled?.states.add(state)
  worker.once('exit', () => compiled?.states.delete(state))
  worker.on('error', () => undefined) // one that breaks while it waits harms nobody; who takes it hears it itself
  worker.unref()
  return worker
}

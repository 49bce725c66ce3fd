import { fileURLToPath } from 'node:url'
import { getEnvironmentData, type ResourceLimits, Worker } from 'node:worker_threads'

/** What the command's launcher says (`bin/compiled-code.js`): where threads start whose compiled code it keeps. */
const COMPILED = 'writ: compiled code'

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
  const compiled = getEnvironmentData(COMPILED) as { readonly entry: string } | undefined
  const worker = new Worker(inSource || compiled === undefined ? file : new URL(compiled.entry), {
    env: {},
    execArgv: inSource ? ['--conditions=@writ/source'] : [],
    workerData: { file: fileURLToPath(file) },
    name,
    resourceLimits,
  })
  worker.on('error', () => undefined) // one that breaks while it waits harms nobody; who takes it hears it itself
  worker.unref()
  return worker
}

// Entry of the engine's own thread. It holds one bundle, given in its first message, and there is none that loads another.
// Anything unforeseen is thrown: the thread dies and whoever waited is denied.
import { parentPort } from 'node:worker_threads'
import { BundleFault } from './bundle-fault.ts'
import { CedarEngine } from './cedar-engine.ts'
import { restoreImage } from './engine-image.ts'
import { contentOf, type EngineSource } from './engine-source.ts'
import type { FromThread, ToThread } from './thread-messages.ts'

const port = parentPort
if (port === null) throw new Error('the policy engine runs only as a worker thread')
const send = (message: FromThread): void => port.postMessage(message)

send({ type: 'up' })
/** The bundle of most runs is ready before the message that asks for one. */
const builtIn = prepare()
port.once('message', (source: EngineSource) => {
  const engine = load(source)
  if (engine === undefined) return
  port.on('message', ({ id, request }: ToThread) => {
    send({ type: 'evaluation', id, evaluation: engine.evaluate(request) })
  })
  send({ type: 'ready', vocabulary: engine.vocabulary, rules: engine.rules })
})

function prepare(): { readonly content: string; readonly engine: CedarEngine } | undefined {
  const source = restoreImage()
  if (source === undefined) return undefined
  return { content: contentOf(source), engine: new CedarEngine(source, { restored: true }) }
}

function load(source: EngineSource): CedarEngine | undefined {
  if (builtIn?.content === contentOf(source)) return builtIn.engine
  try {
    return new CedarEngine(source)
  } catch (error) {
    if (!(error instanceof BundleFault)) throw error
    send({ type: 'refused', fault: error.fault })
    return undefined
  }
}

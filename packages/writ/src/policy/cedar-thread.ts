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

/** Whatever is wrong with the built-in bundle is told to who asks for it, and to nobody who asks for another. */
function prepare(): { readonly content: string; readonly take: () => CedarEngine } | undefined {
  const source = restoreImage()
  if (source === undefined) return undefined
  const content = contentOf(source)
  try {
    const engine = new CedarEngine(source, { restored: true })
    return { content, take: () => engine }
  } catch (error) {
    const fail = (): never => {
      throw error
    }
    return { content, take: fail }
  }
}

function load(source: EngineSource): CedarEngine | undefined {
  try {
    return builtIn?.content === contentOf(source) ? builtIn.take() : new CedarEngine(source)
  } catch (error) {
    if (!(error instanceof BundleFault)) throw error
    send({ type: 'refused', fault: error.fault })
    return undefined
  }
}

import { Engine, type LoadedEngine } from './engine.ts'
import { contentOf, type EngineSource } from './engine-source.ts'

/** How long an engine waits for its next user. Its thread keeps no process alive. */
const KEPT_MS = 10_000

/** An engine and how many use it. */
interface Shared {
  readonly engine: Promise<Engine>
  users: number
  ending: NodeJS.Timeout | undefined
}

/**
 * Engines of this process, by the content of what they hold.
 *
 * INVARIANT: equal content gets one engine, and another content never gets it.
 */
const engines = new Map<string, Shared>()

/**
 * An engine for this bundle. Whoever asks for the same texts in this process shares one thread, which remembers nothing
 * between questions. Closing it gives up this use alone. Rejects like `Engine.start`.
 */
export async function shareEngine(source: EngineSource): Promise<LoadedEngine> {
  const content = contentOf(source)
  const shared = engines.get(content) ?? start(content, source)
  clearTimeout(shared.ending)
  shared.users += 1
  return useOf(await shared.engine, () => leave(content, shared))
}

function start(content: string, source: EngineSource): Shared {
  const shared: Shared = { engine: Engine.start(source), users: 0, ending: undefined }
  engines.set(content, shared)
  // What does not start is not kept: the next to ask tries anew.
  shared.engine.catch(() => forget(content, shared))
  return shared
}

function leave(content: string, shared: Shared): void {
  shared.users -= 1
  if (shared.users > 0) return
  shared.ending = setTimeout(() => {
    forget(content, shared)
    shared.engine.then((engine) => engine.close()).catch(() => undefined)
  }, KEPT_MS).unref()
}

function forget(content: string, shared: Shared): void {
  if (engines.get(content) === shared) engines.delete(content)
}

function useOf(engine: Engine, leave: () => void): LoadedEngine {
  let closed = false
  return {
    vocabulary: engine.vocabulary,
    rules: engine.rules,
    evaluate: async (request) => {
      if (closed) throw new Error('the policy engine is closed')
      return await engine.evaluate(request)
    },
    close: async () => {
      if (!closed) leave()
      closed = true
    },
  }
}

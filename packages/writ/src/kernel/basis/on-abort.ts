/** What is called back when a signal aborts. */
const callbacksOf = new WeakMap<AbortSignal, Set<() => void>>()

/**
 * Calls back once when the signal aborts; the returned function takes that back. However many wait for a signal, it has one
 * listener of theirs: a signal looks through all it has whenever one is added.
 */
export function onAbort(signal: AbortSignal, call: () => void): () => void {
  const callbacks = callbacksOf.get(signal) ?? listenTo(signal)
  // An own function, so that the same may be given twice.
  const own = (): void => call()
  callbacks.add(own)
  return () => {
    callbacks.delete(own)
    // A signal that follows others is kept alive by its listeners.
    if (callbacks.size === 0) forget(signal)
  }
}

function listenTo(signal: AbortSignal): Set<() => void> {
  const callbacks = new Set<() => void>()
  callbacksOf.set(signal, callbacks)
  signal.addEventListener('abort', aborted, { once: true })
  return callbacks
}

function forget(signal: AbortSignal): void {
  callbacksOf.delete(signal)
  signal.removeEventListener('abort', aborted)
}

function aborted(this: AbortSignal): void {
  const callbacks = callbacksOf.get(this) ?? new Set()
  forget(this)
  for (const call of callbacks) call()
}

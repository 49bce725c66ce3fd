/**
 * Works through items, some at once. The first failure ends it, and so does a signal, at once: nothing more is begun, and what is
 * under way is not waited for.
 */
export async function severalAtOnce<T>(
  items: readonly T[],
  atOnce: number,
  signal: AbortSignal,
  work: (item: T) => Promise<void>,
): Promise<void> {
  signal.throwIfAborted()
  const stopped = Promise.withResolvers<never>()
  const stop = (): void => stopped.reject(signal.reason)
  signal.addEventListener('abort', stop, { once: true })
  const left = items.values()
  let over = false
  const one = async (): Promise<void> => {
    for (const item of left) {
      if (over) return
      await work(item)
    }
  }
  try {
    const lanes = Array.from({ length: Math.min(atOnce, items.length) }, one)
    await Promise.race([Promise.all(lanes), stopped.promise])
  } finally {
    over = true
    stopped.promise.catch(() => undefined)
    signal.removeEventListener('abort', stop)
  }
}

import type { RunEvent } from '@writ/contract'

/** How long Python may take to open before that is said: where it is prepared already, it takes less. */
const SOON_MS = 500

/** Opens what cells of Python are run in, and says so where that takes a while. */
export async function sayPreparing<T>(
  onEvent: ((event: RunEvent) => void) | undefined,
  open: () => Promise<T>,
): Promise<T> {
  const late = setTimeout(() => onEvent?.({ type: 'prepare', what: 'python' }), SOON_MS)
  try {
    return await open()
  } finally {
    clearTimeout(late)
  }
}

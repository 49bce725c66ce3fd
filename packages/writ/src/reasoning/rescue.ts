import { type Frame, type FrameEnd, WritError } from '@writ/contract'

/** Codes after which nothing may leave any more, or nobody waits for what does. */
const OVER: ReadonlySet<string> = new Set(['POLICY_DENIED', 'LEDGER_FAILED', 'CANCELLED'])

/**
 * A frame that cannot go on releases the draft that code left in `answer.content`. Without one, a frame that was `cut` short
 * releases its last prose, if it has any: a model that answers without releasing is not thrown away.
 */
export async function rescue(
  frame: Frame,
  error: WritError,
  cut: boolean,
  prose?: string,
): Promise<FrameEnd> {
  if (OVER.has(error.code)) return { incomplete: false, error }
  try {
    const draft = await frame.draft()
    if (draft !== undefined) {
      await frame.release(draft, true)
      return { incomplete: true, error }
    }
    if (!cut || prose === undefined) return { incomplete: cut, error }
    await frame.release(JSON.stringify(prose.trim()), true)
    return { incomplete: true, error: proseAnswer(error) }
  } catch {
    return { incomplete: cut, error }
  }
}

function proseAnswer({ code }: WritError): WritError {
  const why = code === 'NO_ANSWER' ? '' : ` The frame ended with ${code}.`
  const message = `The model answered in prose and never released; its last prose is the answer.${why}`
  return new WritError('PROSE_ANSWER', message, { data: { ended: code } })
}

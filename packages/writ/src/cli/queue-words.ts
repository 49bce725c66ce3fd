import { counted, type RunEvent, seconds } from '@writ/contract'

type QueueEvent = Extract<RunEvent, { type: 'queue' }>

const REASONS: Readonly<Record<NonNullable<QueueEvent['by']>, string>> = {
  slots: 'as many are in flight as may be',
  requests: 'its requests per minute are used up',
  tokens: 'its tokens per minute are used up',
  'retry-after': 'its provider wants to be asked later',
}

/** What requests to a model wait for; undefined when none waits. */
export function waitInWords({ model, by, waiting, forMs }: QueueEvent): string | undefined {
  if (by === null) return undefined
  const time = forMs === null ? '' : `, for ${seconds(forMs)}`
  return `${counted(waiting, 'call')} to ${model} ${waiting === 1 ? 'waits' : 'wait'}: ${REASONS[by]}${time}`
}

/** Lines for waits that last: each reason of a model once, and nothing of slots, which come and go. */
export class WaitLines {
  readonly #told = new Set<string>()

  line(event: QueueEvent): string | null {
    const { model, by } = event
    if (by === null || by === 'slots' || this.#told.has(`${by} ${model}`)) return null
    this.#told.add(`${by} ${model}`)
    return waitInWords(event) ?? null
  }
}

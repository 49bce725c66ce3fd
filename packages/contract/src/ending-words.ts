import type { Status } from './answer.ts'

const BY_STATUS: Readonly<Record<Status, string>> = {
  complete: 'ended',
  incomplete: 'ran into a limit',
  denied: 'was denied by policy',
  failed: 'failed',
  pending: 'waits for somebody',
}

const AT_MODEL = 'failed at its model'

/** What says more than the status does, by the code that a reason begins with. */
const BY_CODE: ReadonlyMap<string | undefined, string> = new Map([
  ['NO_PROGRESS', 'went in circles'],
  ['NO_ANSWER', 'came to none'],
  ['TIMED_OUT', 'ran out of time'],
  ['SCRIPT_FAILED', 'failed in its script'],
  ['MODEL_FAILED', AT_MODEL],
  ['MODEL_REJECTED', AT_MODEL],
  ['MODEL_TIMEOUT', AT_MODEL],
])

/** What a run came to that released no answer, after “the run”. */
export function endedInWords(status: Status, reason: string | null): string {
  const code = /^([A-Z_]+): /.exec(reason ?? '')?.[1]
  return BY_CODE.get(code) ?? BY_STATUS[status]
}

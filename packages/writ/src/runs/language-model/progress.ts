import { counted, type RunEvent } from '@writ/contract'

/** What happens in a run, in a line, without a word of what is asked, read or said in it. Undefined for what says nothing. */
export function progressOf(event: RunEvent): string | undefined {
  switch (event.type) {
    case 'ingest':
      return `reading: ${counted(event.documents, 'document')}`
    case 'prepare':
      return 'preparing Python'
    case 'run.open':
      return `run ${event.run} over ${counted(event.documents, 'document')}: ${event.strategy}`
    case 'frame.open':
      return event.parent === null ? undefined : `frame ${event.lane} opens`
    case 'step':
      return `frame ${event.lane}: ${event.op} ${event.outcome}`
    case 'decision':
      return event.verdict === 'allow' ? undefined : `frame ${event.lane}: ${event.action} is refused`
    case 'frame.close':
      return `frame ${event.lane} closes: ${event.outcome}`
    case 'queue':
      return event.by === null ? undefined : `${counted(event.waiting, 'call')} to ${event.model} waiting`
    case 'answer':
      return undefined
  }
}

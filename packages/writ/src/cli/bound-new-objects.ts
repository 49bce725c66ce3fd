import { setFlagsFromString } from 'node:v8'
import type { RunEvent } from '@writ/contract'

/**
 * Many frames at once make V8 give new objects over 100 MB, which it keeps. From the first child frame on, they have the room that
 * they have then. It is a flag of the process, so only a command sets it, and no library.
 */
export function boundNewObjects(event: RunEvent): void {
  if (event.type === 'frame.open' && event.parent !== null) setFlagsFromString('--semi-space-growth-factor=1')
}

import { type Det, type Sandbox, WritError } from '@writ/contract'

type Recorded = Det['run.open']['confinement']

/** A sandbox that says of its confinement what the record says. */
export function recordedSandbox(sandbox: Sandbox, { level, layers }: Recorded): Sandbox {
  if (level !== 'full' && level !== 'reduced')
    throw new WritError('INTERNAL', `The record names the confinement "${level}".`)
  return {
    confinement: { level, layers, guestAbi: sandbox.confinement.guestAbi },
    open: (options) => sandbox.open(options),
    abandon: () => sandbox.abandon(),
    close: () => sandbox.close(),
  }
}

/**
 * The sandbox of a run that goes on. Where it is at least as confined as the record says, the record stays true of it;
 * where it is less, it says what it is, and the run does not go on.
 */
export function sandboxGoingOn(sandbox: Sandbox, recorded: Recorded): Sandbox {
  const enough = sandbox.confinement.level === 'full' || recorded.level === 'reduced'
  return enough ? recordedSandbox(sandbox, recorded) : sandbox
}

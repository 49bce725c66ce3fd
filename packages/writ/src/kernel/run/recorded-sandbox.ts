import { type Det, type Sandbox, WritError } from '@writ/contract'

type Recorded = Det['run.open']['confinement']

/** A sandbox that says of its confinement what the record says. */
export function recordedSandbox(sandbox: Sandbox, { level, layers }: Recorded): Sandbox {
  if (level !== 'full' && level !== 'reduced')
    throw new WritError('INTERNAL', `The record names the confinement "${level}".`)
  return {
    confinement: { level, layers, guestAbi: sandbox.confinement.guestAbi },
    open: (options) => sandbox.open(options),
    sql: sandbox.sql,
    abandon: () => sandbox.abandon(),
    close: () => sandbox.close(),
  }
}

/** The sandbox of a run that goes on. Throws `RESUME_MISMATCH` where guest code is less confined than the record says. */
export function sandboxGoingOn(run: string, sandbox: Sandbox, recorded: Recorded): Sandbox {
  const { level, lack = 'nothing says why' } = sandbox.confinement
  if (level === 'full' || recorded.level === 'reduced') return recordedSandbox(sandbox, recorded)
  throw new WritError(
    'RESUME_MISMATCH',
    `The run ${run} was confined in full, and here confinement is reduced: ${lack}.`,
    { run },
  )
}

import { CONFINEMENT_LEVELS, confinesAs, type Det, defined, type Sandbox, WritError } from '@writ/contract'

type Recorded = Det['run.open']['confinement']

/** A sandbox that says of its confinement what the record says. */
export function recordedSandbox(sandbox: Sandbox, { level: recorded, layers }: Recorded): Sandbox {
  const level = CONFINEMENT_LEVELS.find((known) => known === recorded)
  if (level === undefined) throw new WritError('INTERNAL', `The record names the confinement "${recorded}".`)
  const { guestAbi, packages } = sandbox.confinement
  return {
    confinement: { level, layers, guestAbi, ...defined({ packages }) },
    open: (options) => sandbox.open(options),
    sql: sandbox.sql,
    abandon: () => sandbox.abandon(),
    close: () => sandbox.close(),
  }
}

/** The sandbox of a run that goes on. Throws `RESUME_MISMATCH` where guest code is less confined than the record says. */
export function sandboxGoingOn(run: string, sandbox: Sandbox, recorded: Recorded): Sandbox {
  const { level, lack = 'nothing says why' } = sandbox.confinement
  const going = recordedSandbox(sandbox, recorded)
  if (confinesAs(level, going.confinement.level)) return going
  const was = recorded.level === 'full' ? 'confined in full' : `confined as "${recorded.level}"`
  throw new WritError(
    'RESUME_MISMATCH',
    `The run ${run} was ${was}, and here confinement is ${level}: ${lack}.`,
    { run },
  )
}

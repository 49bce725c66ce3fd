import { checkLimits, type Limits, readChecks, WritError } from '@writ/contract'
import type { RunOptions } from '../files/options.ts'
import { scriptNamed } from '../files/script-named.ts'

/** What the services say a question may ask for. */
export interface Askable {
  readonly strategies: readonly string[]
  readonly retentionClass: RegExp
}

const REPLS: readonly string[] = ['javascript', 'python']

/** Throws `USAGE` for a question whose own words cannot be asked, before anything is opened. */
export function checkCompletion(
  query: string,
  { strategy = 'auto', repl = 'javascript', input, retention, verify = [] }: RunOptions,
  limits: Partial<Limits>,
  { strategies, retentionClass }: Askable,
): void {
  if (query.trim() === '') throw usage('The question is empty.')
  if (!query.isWellFormed()) throw usage('The question holds half a character (a lone surrogate).')
  const scripted = scriptNamed(strategy) !== undefined
  if (strategy !== 'auto' && !scripted && !strategies.includes(strategy))
    throw usage(
      `There is no strategy "${strategy}"; there are auto, ${strategies.join(', ')} and script:<name or file>.`,
    )
  if (!REPLS.includes(repl)) throw usage(`There is no REPL "${repl}"; there are ${REPLS.join(' and ')}.`)
  if (input !== undefined && !scripted)
    throw new WritError('BAD_INPUT', 'An input is for a script, and the strategy is none.')
  readChecks(verify)
  if (retention !== undefined && !retentionClass.test(retention))
    throw usage(`'${retention}' is no name of a retention class.`)
  checkLimits(limits)
}

function usage(message: string): WritError {
  return new WritError('USAGE', message)
}

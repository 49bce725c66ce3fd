import type { WritError } from '@writ/contract'
import type { Command } from 'commander'
import { homeOption } from './home.ts'

/** What to do next, with the run and the home it is about, so that it can be typed as it stands. */
export function nextFor({ next, run }: WritError, args: readonly string[]): string {
  const at = args.indexOf('--home')
  const home = at < 0 ? undefined : args[at + 1]
  return run === undefined
    ? next
    : next.replaceAll('<run>', run + homeOption(home === undefined ? {} : { home }))
}

/** Whose help says more of a command line that cannot be understood. */
export function helpFor(writ: Command, args: readonly string[]): string {
  const words = ['writ']
  let command: Command | undefined = writ
  for (const word of args) {
    command = command.commands.find((one) => one.name() === word)
    if (command === undefined) break
    words.push(word)
  }
  const what = words.length === 1 ? 'commands and options' : 'what it takes'
  return `Run \`${words.join(' ')} --help\` to see ${what}.`
}

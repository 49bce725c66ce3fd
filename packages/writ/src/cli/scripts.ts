import { isObject, type Json } from '@writ/contract'
import type { Command } from 'commander'
import type { ListedScript } from '../index.ts'
import { inHome } from './in-home.ts'
import { onScreen } from './on-screen.ts'
import { printableLine } from './printable.ts'
import type { Running } from './running.ts'

interface Flags {
  readonly home?: string
  readonly json?: boolean
}

/** `writ scripts`: the scripts that come with Writ, and what each is given. */
export function addScripts(writ: Command, running: Running): void {
  writ
    .command('scripts')
    .description('list the scripts that come with Writ: what each does, is given and gives')
    .option('--home <dir>', 'state directory (default .writ, or WRIT_HOME)')
    .option('--json', 'print one JSON object')
    .action(
      running(async (flags: Flags) => {
        const scripts = await inHome(flags, (opened) => opened.scripts())
        const text = onScreen(scripts.flatMap(linesOf).map(printableLine).join('\n'), process.stdout)
        process.stdout.write(`${flags.json === true ? printableLine(JSON.stringify({ scripts })) : text}\n`)
        return 0
      }),
    )
}

function linesOf({ name, description = '', planHash, input, answers = [] }: ListedScript): readonly string[] {
  return [
    `${name}: ${description}`,
    `  plan hash ${planHash}`,
    ...answers.map((answer) => `  answers, with --script ${name}: ${answer}`),
    ...inputLines(input ?? null),
  ]
}

/** What a script is given, a line for each property. */
function inputLines(schema: Json): readonly string[] {
  if (!isObject(schema) || !isObject(schema.properties)) return []
  const required: readonly Json[] = Array.isArray(schema.required) ? schema.required : []
  return Object.entries(schema.properties).map(([name, property]) => {
    const { type, description } = isObject(property) ? property : {}
    const facts = [typeof type === 'string' ? type : 'any', ...(required.includes(name) ? [] : ['optional'])]
    return `  input.${name} (${facts.join(', ')})${typeof description === 'string' ? `: ${description}` : ''}`
  })
}

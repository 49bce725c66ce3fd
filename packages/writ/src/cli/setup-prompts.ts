import type { Readable, Writable } from 'node:stream'
import { WritError } from '@writ/contract'
import { printableLine } from './printable.ts'

/** One thing to choose. */
export interface Option<T> {
  readonly value: T
  readonly label: string
  readonly hint?: string
}

/** Somebody at a terminal. Each rejects with `INTERRUPTED` when they leave. */
export interface Asker {
  choose<T>(question: string, options: readonly Option<T>[]): Promise<T>
  /** A line of text that is not empty. */
  text(question: string): Promise<string>
  confirm(question: string): Promise<boolean>
}

interface Terminal {
  readonly input: Readable
  readonly output: Writable
}

/** Options shown at once; the others scroll. */
const SHOWN = 12

/** Prompts on a terminal. The library is loaded only here, when somebody is asked. */
export async function openPrompts(terminal: Terminal): Promise<Asker> {
  const { select, text, confirm, isCancel } = await import('@clack/prompts')
  const answered = <T>(answer: T): Exclude<T, symbol> => {
    if (isCancel(answer)) throw new WritError('INTERRUPTED', 'Setup was left; nothing was written.')
    return answer as Exclude<T, symbol>
  }
  return {
    choose: async (question, options) => {
      const shown = options.map(({ label, hint }, value) => {
        return {
          value,
          label: printableLine(label),
          ...(hint === undefined ? {} : { hint: printableLine(hint) }),
        }
      })
      const chosen = answered(
        await select({ ...terminal, message: question, options: shown, maxItems: SHOWN }),
      )
      const option = options[chosen]
      if (option === undefined) throw new WritError('INTERNAL', 'What was chosen is no option.')
      return option.value
    },
    text: async (question) => {
      const validate = (value: string | undefined): string | undefined =>
        value === undefined || value.trim() === '' ? 'It cannot be empty.' : undefined
      return answered(await text({ ...terminal, message: question, validate })).trim()
    },
    confirm: async (question) => answered(await confirm({ ...terminal, message: question })),
  }
}

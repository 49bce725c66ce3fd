import type { Json } from '@writ/contract'
import type { Step } from './run-steps.ts'
import type { StepContent } from './step-content.ts'

/** What a step was for, in one line: the query, the first line of the code, what was asked or said. Content. */
export function aboutStep(
  { kind, op }: Step,
  { input, output }: Pick<StepContent, 'input' | 'output'>,
): string | null {
  switch (kind) {
    case 'memory.write':
      return member(input, 'key')
    case 'run.open':
      return member(input, 'question') ?? textOf(input)
    case 'cell':
      return firstLine(textOf(input))
    case 'model.call':
      return op === 'turn' ? firstLine(textOf(output)) : null
    case 'frame.spawn':
      return member(input, 'goal')
    case 'output.release':
      return firstLine(textOf(memberOf(output, 'value')))
    default:
      return requestInShort(input)
  }
}

/** A request of external memory: what it looks for, or where it reads. */
function requestInShort(input: Json): string | null {
  const sought = member(input, 'query') ?? member(input, 'pattern') ?? member(input, 'match')
  if (sought !== null) return `“${sought}”`
  const doc = member(input, 'doc')
  const [start, end] = [memberOf(input, 'start'), memberOf(input, 'end')]
  if (doc === null) return member(input, 'message')
  return typeof start === 'number' && typeof end === 'number' ? `${doc} ${start}–${end}` : doc
}

function member(value: Json, name: string): string | null {
  return textOf(memberOf(value, name))
}

function memberOf(value: Json, name: string): Json {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return null
  return (value as { readonly [key: string]: Json | undefined })[name] ?? null
}

function textOf(value: Json): string | null {
  if (value === null) return null
  return typeof value === 'string' ? value : JSON.stringify(value)
}

/** The first line that says something: no fence, no comment alone. */
function firstLine(text: string | null): string | null {
  const lines = text?.split('\n').map((line) => line.trim()) ?? []
  return (
    lines.find((line) => line !== '' && !line.startsWith('```') && !line.startsWith('//')) ?? lines[0] ?? null
  )
}

import {
  counted,
  dollars,
  formatLabel,
  isObject,
  type Json,
  type Message,
  seconds,
  unsentInWords,
  whole,
} from '@writ/contract'
import type { StepDetail, StepView } from '../index.ts'
import { printable } from './printable.ts'

/** One step for people, whole. */
export function stepText(detail: StepDetail): string {
  const { step, decisions, read, withheld } = detail
  const parts = [
    headOf(step),
    ...decisions.map(({ words }) => `decision: ${words}`),
    ...read.map(
      ({ label, documents }) =>
        `looked at: ${counted(documents, 'document')} labelled ${formatLabel(label)} (a group of one label)`,
    ),
    ...(step.documents.length === 0 ? [] : [`was handed text of: ${step.documents.join(', ')}`]),
    ...(withheld === null ? contentOf(detail) : [`Its content is withheld: ${withheld}.`]),
  ]
  return printable(`${parts.join('\n')}\n`)
}

function headOf({
  seq,
  lane,
  n,
  op,
  kind,
  outcome,
  label,
  model,
  instead,
  unsent,
  charged,
  cachedInputTokens,
  costKnown,
  bound,
  tookMs,
}: StepView): string {
  const used =
    charged === null
      ? []
      : [
          counted(charged.calls, 'model call'),
          `${whole(charged.inputTokens)}${cachedInputTokens === 0 ? '' : ` (${whole(cachedInputTokens)} cached)`} → ${whole(charged.outputTokens)} tokens`,
          (costKnown ? dollars(charged.costMicroUsd) : 'cost unknown') + (bound ? ' (worst case)' : ''),
        ]
  const facts = [
    label,
    ...(model === null ? [] : [model]),
    ...(instead === null ? [] : [`instead of the model of ${lane}/${instead}`]),
    ...used,
    ...(unsent === null ? [] : unsentInWords(unsent)),
    ...(tookMs === null ? [] : [seconds(tookMs)]),
  ]
  return `step ${lane}/${n} (record ${seq}): ${op}${op === kind ? '' : `, ${kind}`}: ${outcome}\n${facts.join(' · ')}`
}

/** What it was asked, what came of it and what went wrong, under headings that say what they are. */
function contentOf({ step, input, output, error }: StepDetail): readonly string[] {
  const [asked, came] = HEADINGS[step.kind] ?? ['asked', 'came of it']
  return [
    ...section(asked, input === null ? null : inputText(step, input)),
    ...outputSections(step, came, output),
    ...section(
      'error',
      error === null ? null : [error.code, error.message].filter((text) => text !== '').join(': '),
    ),
  ]
}

const HEADINGS: Readonly<Record<string, readonly [string, string]>> = {
  'run.open': ['question', ''],
  'model.call': ['prompt', 'reply'],
  cell: ['code', 'printed'],
  'frame.spawn': ['asked of the frame', 'what it released'],
  'output.release': ['', 'released'],
  'run.close': ['', 'refused in all'],
}

function inputText({ kind, items }: StepView, input: Json): string {
  if (kind !== 'model.call' || !Array.isArray(input)) return asText(input)
  const conversations = (items === 1 ? [input] : input) as readonly (readonly Message[])[]
  return conversations
    .map((messages, at) => {
      const title = conversations.length === 1 ? '' : `request ${at + 1} of ${conversations.length}\n`
      return title + messages.map(({ role, text }) => `[${role}]\n${text}`).join('\n\n')
    })
    .join('\n\n')
}

function outputSections({ kind }: StepView, title: string, output: Json): readonly string[] {
  if (output === null) return []
  if (kind === 'cell' && isObject(output)) {
    const { printed, value } = output
    return [
      ...section('printed', printed === '' ? null : asText(printed ?? null)),
      ...section('value of the last expression', value === null ? null : asText(value ?? null)),
    ]
  }
  if (kind === 'model.call' && Array.isArray(output))
    return output.flatMap((reply, at) => section(`reply ${at + 1} of ${output.length}`, asText(reply)))
  return section(title, asText(output))
}

function section(title: string, text: string | null): readonly string[] {
  if (text === null) return []
  return ['', `--- ${title}`, text.trimEnd()]
}

function asText(value: Json): string {
  if (value === null) return '(not kept)'
  return typeof value === 'string' ? value : JSON.stringify(value, null, 2)
}

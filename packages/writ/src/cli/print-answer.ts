import { type Answer, formatLabel } from '@writ/contract'
import { printable, printableLine } from './printable.ts'

/** Citations shown in full; the rest are counted. The JSON form has all. */
const SHOWN_CITATIONS = 20
const SHOWN_QUOTE_CHARS = 240

/** An answer for people. */
export function printAnswer(answer: Answer): string {
  const parts: string[] = []
  if (answer.answer !== null) parts.push(printable(answer.answer))
  if (answer.reason !== null) parts.push(printableLine(`${answer.status}: ${answer.reason}`))
  if (answer.citations.length > 0) parts.push(citations(answer))
  if (answer.denials.length > 0) {
    const lines = answer.denials.map(({ action, resource, policies, reason, count }) => {
      const by = policies.join(', ') || 'no policy permits it'
      return printableLine(`  ${action} on ${resource}: ${by} (${reason}), ${count}×`)
    })
    parts.push(`Refused by policy:\n${lines.join('\n')}`)
  }
  if (answer.omitted.length > 0)
    parts.push(`Left out: ${answer.omitted.length} documents (${omittedCodes(answer)})`)
  parts.push(summary(answer))
  return `${parts.join('\n\n')}\n`
}

function citations(answer: Answer): string {
  const shown = answer.citations.slice(0, SHOWN_CITATIONS).map(({ doc, start, end, quote }) => {
    const text = quote.replace(/\s+/g, ' ').trim()
    const shortened = text.length > SHOWN_QUOTE_CHARS ? `${text.slice(0, SHOWN_QUOTE_CHARS)}…` : text
    return printableLine(`  ${doc} [${start}–${end}] “${shortened}”`)
  })
  const more = answer.citations.length - shown.length
  return `Citations:\n${shown.join('\n')}${more > 0 ? `\n  … and ${more} more` : ''}`
}

function omittedCodes(answer: Answer): string {
  const counts = new Map<string, number>()
  for (const { code } of answer.omitted) counts.set(code, (counts.get(code) ?? 0) + 1)
  return printableLine([...counts].map(([code, count]) => `${count} ${code}`).join(', '))
}

function summary({ usage, label, run, evidence }: Answer): string {
  const tokens = (usage.inputTokens + usage.outputTokens).toLocaleString('en-US')
  const cost = (usage.costMicroUsd / 1_000_000).toFixed(6)
  return [
    `run ${run} · ${usage.modelCalls} model calls · ${tokens} tokens · $${cost} · ${usage.frames} frames · ${usage.steps} steps · ${(usage.wallMs / 1000).toFixed(2)} s`,
    `label ${formatLabel(label)} · evidence ${evidence ?? 'none'}`,
  ]
    .map(printableLine)
    .join('\n')
}

import {
  askedInWords,
  counted,
  dollars,
  everyPartition,
  formatLabel,
  isObject,
  type Json,
  type Message,
  type RecordedDecision,
  reasonInWords,
  seconds,
  unsentInWords,
  whole,
} from '@writ/contract'
import type { FrameSummary } from './frames.ts'
import { foreign, type Html, html } from './markup.ts'
import type { RunSummary } from './run-summary.ts'
import type { StepSummary } from './step-summaries.ts'

/** Characters of one field; what is longer is cut, and `writ show` has it whole. */
const MOST_CHARS = 20_000
/** Characters of a line. */
const MOST_LINE = 160

/** Every step with what it was asked and what came of it; first of all those that did not end well. */
export function stepsSection(summary: RunSummary): Html {
  const { steps, allSteps, frames, run } = summary
  const wrong = steps.filter(({ step }) => step.outcome !== 'ok' && step.kind !== 'run.close')
  const stepsOf = Map.groupBy(steps, ({ step }) => step.lane)
  const left = allSteps - steps.length
  return html`<section aria-labelledby="steps"><h2 id="steps">What each step did</h2>
<p>A step is one thing a frame asked for. Its prompt, code, output and error open where it is not withheld. ${
    left > 0 ? html`${counted(left, 'more step')} ${left === 1 ? 'is' : 'are'} not told here; ` : ''
  }<code>writ show ${run} &lt;frame&gt;/&lt;n&gt;</code> shows any step whole.</p>
${wrong.length === 0 ? html`<p>Every step ended well.</p>` : wrongList(wrong)}
${frames.map((frame) => frameSteps(frame, stepsOf.get(frame.lane) ?? [], summary))}</section>`
}

function wrongList(wrong: readonly StepSummary[]): Html {
  return html`<h3>What did not end well</h3><ul>${wrong.map(
    (told) =>
      html`<li><a href="#${anchor(told)}">${told.step.lane}/${told.step.n} ${nameOf(told)}</a>: ${problem(told)}</li>`,
  )}</ul>`
}

function frameSteps(
  { lane, goal, depth }: FrameSummary,
  steps: readonly StepSummary[],
  summary: RunSummary,
): Html {
  if (steps.length === 0) return html``
  const asked = goal === null ? '' : html`: ${foreign(cut(goal, MOST_LINE))}`
  const items = steps
    .toSorted((a, b) => a.step.n - b.step.n)
    .map((told) => html`<li id="${anchor(told)}">${stepHtml(told, summary)}</li>`)
  const list = html`<ul class="steps">${items}</ul>`
  const title = html`Frame ${lane}${asked}`
  // The root stands open; a child is a click away.
  return depth === 0
    ? html`<h3>${title}</h3>${list}`
    : html`<details class="frame"><summary>${title} (${counted(steps.length, 'step')})</summary>${list}</details>`
}

function stepHtml(told: StepSummary, summary: RunSummary): Html {
  const { step, about, withheld } = told
  const what = withheld === null ? (about === null ? '' : foreign(cut(about, MOST_LINE))) : '(withheld)'
  const ended = step.outcome === 'ok' ? '' : html` <span class="bad">${problem(told)}</span>`
  return html`<details><summary><span class="${step.outcome === 'ok' ? 'good' : 'bad'}">${step.outcome === 'ok' ? '✓' : '✗'}</span> ${step.lane}/${step.n} <strong>${nameOf(told)}</strong> ${what}${ended} <span class="facts">${facts(told, summary).join(' · ')}</span></summary>
<p class="facts">${formatLabel(step.label)}${step.model === null ? '' : html` · ${foreign(step.model)}`}${step.instead === null ? '' : ` · instead of the model of ${step.lane}/${step.instead}`} · record ${step.seq}</p>
${step.decisions.map((decision) => html`<p>${decisionHtml(decision, summary)}</p>`)}${
  withheld === null ? content(told) : html`<p>Its content is withheld: ${foreign(withheld)}.</p>`
}</details>`
}

function content({ step, input, prompt, output, error, documents }: StepSummary): Html {
  const [asked, came] = HEADINGS[step.kind] ?? ['Asked', 'Came of it']
  return html`${documents.length === 0 ? '' : html`<p>It was handed text of ${documents.slice(0, 20).map((doc, at) => html`${at === 0 ? '' : ', '}${foreign(doc)}`)}${documents.length > 20 ? ` and ${counted(documents.length - 20, 'more')}` : ''}.</p>`}${
    prompt === null ? field(asked, input) : promptHtml(prompt)
  }${step.kind === 'cell' && isObject(output) ? html`${field('Printed', output.printed === '' ? null : (output.printed ?? null))}${field('Value of the last expression', output.value ?? null)}` : field(came, output)}${
    error === null ? '' : field('Error', [error.code, error.message].filter((text) => text !== '').join(': '))
  }`
}

const HEADINGS: Readonly<Record<string, readonly [string, string]>> = {
  'run.open': ['Question', ''],
  'model.call': ['Prompt', 'Reply'],
  cell: ['Code', 'Output'],
  'frame.spawn': ['Asked of the frame', 'What it released'],
  'output.release': ['', 'Released'],
}

function promptHtml({ shared, common, items }: NonNullable<StepSummary['prompt']>): Html {
  const before =
    shared === 0
      ? ''
      : html`<p class="facts">After ${counted(shared, 'message')} that the turn before had said:</p>`
  const messages = [...common, ...items.flat()]
  return html`<h4>Prompt</h4>${before}${messages.map(messageHtml)}`
}

function messageHtml({ role, text }: Message): Html {
  return html`<p class="facts">${role}</p>${pre(text)}`
}

function field(title: string, value: Json): Html {
  if (value === null || title === '') return html``
  const text = typeof value === 'string' ? value : JSON.stringify(value, null, 2)
  return html`<h4>${title}</h4>${pre(text)}`
}

function pre(text: string): Html {
  const left = text.length - MOST_CHARS
  const note = left > 0 ? html`<p class="facts">Cut: ${counted(left, 'more character')}.</p>` : ''
  return html`<pre dir="auto">${text.slice(0, MOST_CHARS).toWellFormed()}</pre>${note}`
}

function decisionHtml(decision: RecordedDecision, { opening }: RunSummary): Html {
  const { verdict, policies, reason } = decision
  const by = policies.length === 0 ? '' : html` by <code>${policies.join(', ')}</code>`
  const what = foreign(askedInWords(decision, everyPartition(opening)))
  if (verdict === 'allow') return html`Policy allowed ${what}${by}.`
  return html`<span class="bad">Policy refused</span> ${what}${by}: ${foreign(reasonInWords(reason))}.`
}

function facts({ step, documents }: StepSummary, { costKnown }: RunSummary): readonly string[] {
  const { charged, cachedInputTokens, tookMs, child, items, bound, unsent } = step
  const cost = costKnown ? dollars(charged?.costMicroUsd ?? 0) : 'cost unknown'
  return [
    ...(child === null ? [] : [`frame ${child}`]),
    ...(items === null || items === 1 || (items === 0 && unsent !== null) ? [] : [counted(items, 'request')]),
    ...(unsent === null ? [] : unsentInWords(unsent)),
    ...(documents.length === 0 ? [] : [counted(documents.length, 'document')]),
    ...(charged === null || charged.calls === 0
      ? []
      : [
          `${whole(charged.inputTokens)}${cachedInputTokens === 0 ? '' : ` (${whole(cachedInputTokens)} cached)`} → ${whole(charged.outputTokens)} tokens`,
          bound ? `${cost} (worst case)` : cost,
        ]),
    ...(tookMs === null ? [] : [seconds(tookMs)]),
  ]
}

function problem({ step, error }: StepSummary): Html {
  if (step.outcome === 'in-doubt' && error === null) return html`no result is recorded`
  if (error === null) return html`${step.outcome}`
  const [first = ''] = error.message.split('\n')
  return foreign(cut(first === '' ? error.code : `${error.code}: ${first}`, MOST_LINE))
}

function nameOf({ step }: StepSummary): string {
  return step.op === 'leaf' ? 'sub-call' : step.op
}

function anchor({ step }: StepSummary): string {
  return `step-${step.lane}-${step.n}`
}

function cut(text: string, most: number): string {
  const line = text.replace(/\s+/g, ' ').trim()
  return line.length <= most ? line : `${line.slice(0, most).toWellFormed()}…`
}

import { createHash } from 'node:crypto'
import { counted, dollars, seconds, size, whole } from '@writ/contract'
import { canonicalJson } from '@writ/evidence'
import { foreign, type Html, html } from '../../export/report/markup.ts'
import { STYLE } from '../../export/report/style.ts'
import type { ArmResult, Estimate, Evaluation, EvaluationItem } from './evaluation.ts'

/** Wider than a report: arms stand side by side. An interval stands below its mean, so that all of a row is seen at once. */
const SHEET = `${STYLE}
header, main, footer { max-width: 76rem } th, td { overflow-wrap: anywhere } td.n small { display: block; color: var(--soft) } tbody.asked th[scope=rowgroup] { padding-top: 1.25rem } table { min-width: 52rem }
td.run { width: 16rem; font-size: .8125rem } .arm { min-width: 8rem } td.said { min-width: 14rem }
`

/** An evaluation as one HTML page that needs nothing else and runs nothing: every arm, threshold and answer. */
export function evaluationPage(evaluation: Evaluation): string {
  const { questions, documents, bytes, arms, repeat, seed } = evaluation
  const often = repeat === 1 ? '' : `, each ${repeat} times`
  const body = html`<body><header><h1>Evaluation ${verdict(evaluation)}</h1>
<p class="question">${counted(questions.length, 'question')} over ${counted(documents, 'document')} (${size(bytes)}), ${counted(arms.length, 'arm')}${often}</p></header>
<main><section aria-labelledby="arms"><h2 id="arms">Arms</h2>${armTable(arms)}
<p>Means of a question with 95 % intervals over the questions, by the paired bootstrap (seed “${seed}”). A run that failed scores 0.</p></section>
${thresholdSection(evaluation)}
<section aria-labelledby="answers"><h2 id="answers">Answers</h2>${itemTable(evaluation)}</section></main>
<footer><p>Evaluation <code>${evaluation.evaluation}</code>. Each run has evidence of its own, which <code>writ verify</code> checks; this page is none.</p></footer></body>`
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'sha256-${digest(SHEET)}'; base-uri 'none'; form-action 'none'">
<meta name="referrer" content="no-referrer"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>Writ: evaluation ${evaluation.evaluation}</title><style>${SHEET}</style></head>
${body.html}</html>
`
}

function digest(text: string): string {
  return createHash('sha256').update(text).digest('base64')
}

function verdict({ complete, passed, thresholds }: Evaluation): Html {
  if (!complete) return html`<span class="pill warn">cut short by its cap</span>`
  if (!passed) return html`<span class="pill bad">a threshold was missed</span>`
  return thresholds.length === 0 ? html`` : html`<span class="pill good">every threshold was met</span>`
}

function armTable(arms: readonly ArmResult[]): Html {
  const rows = arms.map(
    ({
      name,
      strategy,
      models,
      measures,
      difference,
      runs,
      failed,
    }) => html`<tr><th scope="row" class="arm">${foreign(name)}</th>
<td class="arm">${foreign(models.root === models.sub ? models.root : `${models.root} + ${models.sub}`)}, ${strategy}</td>
<td class="n">${text(measures.accuracy, (value) => value.toFixed(3))}</td>
<td class="n">${difference === null ? '–' : text(difference.accuracy, (value) => value.toFixed(3))}</td>
<td class="n">${text(measures.latencyMs, seconds)}</td>
<td class="n">${text(measures.costMicroUsd, (value) => dollars(Math.round(value)))}</td>
<td class="n">${text(measures.tokens, (value) => whole(Math.round(value)))}</td>
<td class="n">${text(measures.calls, (value) => value.toFixed(1))}</td>
<td class="n">${failed} of ${runs}</td></tr>`,
  )
  return html`<div class="scroll"><table><thead><tr><th>Arm</th><th>Model, strategy</th><th class="n">Accuracy</th><th class="n">Against first</th><th class="n">Latency</th><th class="n">Cost</th><th class="n">Tokens</th><th class="n">Calls</th><th class="n">Failed</th></tr></thead><tbody>${rows}</tbody></table></div>`
}

function text(estimate: Estimate | null, say: (value: number) => string): Html {
  if (estimate === null) return html`–`
  const { mean, low, high } = estimate
  return low === high ? html`${say(mean)}` : html`${say(mean)}<small>[${say(low)}, ${say(high)}]</small>`
}

function thresholdSection({ thresholds }: Evaluation): Html {
  if (thresholds.length === 0) return html``
  const rows = thresholds.map(
    ({ metric, arm, least, most, found, met }) => html`<tr><th scope="row">${metric} of ${foreign(arm)}</th>
<td class="n">${least === undefined ? '' : `at least ${least}`} ${most === undefined ? '' : `at most ${most}`}</td>
<td class="n">${found === null ? 'not measured' : String(Number(found.toFixed(4)))}</td>
<td>${met ? html`<span class="good">met</span>` : html`<span class="bad">missed</span>`}</td></tr>`,
  )
  return html`<section aria-labelledby="thresholds"><h2 id="thresholds">Thresholds</h2><div class="scroll"><table><thead><tr><th>What</th><th class="n">Wanted</th><th class="n">Found</th><th>Met</th></tr></thead><tbody>${rows}</tbody></table></div></section>`
}

/** The answers, question by question: what it is and what is right once, then what each arm said. */
function itemTable({ items, questions }: Evaluation): Html {
  const answers = Map.groupBy(items, ({ question }) => question)
  const groups = questions.map(({ id, question, gold }) => {
    const right = gold === null ? 'not scored' : html`gold ${foreign(plain(gold.value))}`
    return html`<tbody class="asked"><tr><th scope="rowgroup" colspan="4">${foreign(id)}: ${foreign(question)} <span class="facts">${right}</span></th></tr>
${(answers.get(id) ?? []).map(itemRow)}</tbody>`
  })
  return html`<div class="scroll"><table><thead><tr><th>Arm</th><th>Answer</th><th class="n">Score</th><th>Evidence</th></tr></thead>${groups}</table></div>`
}

function itemRow(item: EvaluationItem): Html {
  const { arm, repetition, score, run, evidence } = item
  return html`<tr><th scope="row" class="arm">${foreign(arm)}${repetition === 1 ? '' : ` (${repetition})`}</th><td class="said">${saidBy(item)}</td>
<td class="n">${score === null ? '–' : html`<span class="${score < 1 ? 'bad' : 'good'}">${score.toFixed(2)}</span>`}</td>
<td class="run">${foreign(evidence ?? run ?? '')}</td></tr>`
}

function saidBy({ outcome, said, reason, status }: EvaluationItem): Html {
  if (outcome === 'capped') return html`<span class="warn">the cap left no room</span>`
  return outcome === 'failed'
    ? html`<span class="bad">${status ?? 'failed'}</span> ${foreign(reason ?? '')}`
    : foreign(said ?? '')
}

function plain(value: Parameters<typeof canonicalJson>[0]): string {
  return typeof value === 'string' ? value : canonicalJson(value)
}

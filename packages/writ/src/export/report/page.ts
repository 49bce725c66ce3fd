import { createHash } from 'node:crypto'
import { counted, formatLabel, whole } from '@writ/contract'
import { claimedTime } from '../claimed-time.ts'
import { readSection, refusedSection } from './access-section.ts'
import { answerSection } from './answer-section.ts'
import { costSection } from './cost-section.ts'
import { erased } from './erased.ts'
import { foreign, type Html, html } from './markup.ts'
import { frameTable, picture } from './picture.ts'
import { meaningSection, type Proof, proofSection } from './proof-section.ts'
import type { RunSummary } from './run-summary.ts'
import { stepsSection } from './steps-section.ts'
import { STYLE } from './style.ts'
import { topSection } from './top-section.ts'

const MOST_FRAMES = 500

/** The report of a run: one HTML page that needs nothing else and runs nothing. */
export function page(summary: RunSummary, proof: Proof | null): string {
  const { frames } = summary
  const title = `Writ: report of run ${summary.run}`
  const body = html`<body><header><h1>Report of a governed run ${pill(summary)} ${proof?.checked ? verified(proof.checked.report.ok) : ''}</h1>
<p class="question" dir="auto">${asked(summary)}</p>${topSection(summary, proof)}${gone(summary)}
<nav aria-label="Contents"><ul><li><a href="#answer">Answer</a></li><li><a href="#sources">What it rests on</a></li><li><a href="#read">What was read</a></li><li><a href="#refused">What was refused</a></li><li><a href="#cost">Cost and limits</a></li><li><a href="#run">The run</a></li><li><a href="#frames">How it was done</a></li><li><a href="#steps">What each step did</a></li><li><a href="#verify">How to verify it</a></li><li><a href="#meaning">What the proof says</a></li></ul></nav></header>
<main>${answerSection(summary)}${readSection(summary)}${refusedSection(summary)}${costSection(summary)}
<section aria-labelledby="run"><h2 id="run">The run</h2>${overview(summary)}</section>
<section aria-labelledby="frames"><h2 id="frames">How it was done</h2><p>${how(summary)}</p>${picture(frames)}${frameTable(frames, MOST_FRAMES)}</section>
${stepsSection(summary)}
${proofSection(summary, proof)}${meaningSection()}</main>
<footer><p>Made by Writ ${summary.version} from the ${whole(summary.records)} records of run <code>${summary.run}</code>. Policy bundle <code>${summary.opening.bundle}</code>.</p></footer></body>`
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'sha256-${digest(STYLE)}'; base-uri 'none'; form-action 'none'">
<meta name="referrer" content="no-referrer"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title><style>${STYLE}</style></head>
${body.html}</html>
`
}

function digest(text: string): string {
  return createHash('sha256').update(text).digest('base64')
}

function pill({ status }: RunSummary): Html {
  const tone = status === 'complete' ? 'good' : status === 'denied' || status === 'failed' ? 'bad' : 'warn'
  return html`<span class="pill ${tone}">${status}</span>`
}

function verified(ok: boolean): Html {
  return ok
    ? html`<span class="pill good">evidence checked: it holds</span>`
    : html`<span class="pill bad">evidence checked: it does not hold. Do not rely on this page.</span>`
}

/** What cannot be told any more, or not from here. */
function gone({ keyed, source, erasure }: RunSummary): Html {
  if (erasure !== undefined) return erased(erasure)
  if (keyed) return html``
  return source === 'home'
    ? html`<div class="notice warn" role="note"><p><strong>The key of this run was destroyed.</strong> Prompts, model outputs, the text and the names of what was read, and what child frames were asked are gone from this home. What happened, in which order, what policy decided and what it cost is still recorded, and still verifies. Copies that were exported or printed before are not reached by that. What is shown below beyond this comes from the evidence file.</p></div>`
    : html`<div class="notice warn" role="note"><p>This page was made from an evidence file alone, which holds commitments instead of prompts, model outputs and the text of documents. The home that ran it can tell more.</p></div>`
}

function overview(summary: RunSummary): Html {
  const { opening, openedAt, tookMs, closing, run, answeredBy } = summary
  const label = closing?.label ?? opening.questionLabel
  const models = (answeredBy ?? opening.models.map(({ id }) => id)).map((id) =>
    id === 'builtin/extractive'
      ? html`<div>${id}: the built-in extractive model (no neural network: it counts literally or quotes passages, it judges nothing)</div>`
      : html`<div>${foreign(id)}</div>`,
  )
  return html`<dl>${longQuestion(summary)}<dt>Asked by</dt><dd>${foreign(opening.user.id)}, for the purpose “${foreign(opening.purpose)}”</dd>
<dt>When</dt><dd>${claimedTime(openedAt) ?? 'unknown'}${tookMs === null ? '' : html`, for ${(tookMs / 1_000).toFixed(2)} s`} (as the machine claims)</dd>
<dt>Answered by</dt><dd>${models.length === 0 ? 'no model' : models}</dd>${listsOf(opening)}<dt>Label of the result</dt><dd>${formatLabel(label)}</dd>
${forkedFrom(opening)}${goesOnFrom(opening)}${followed(opening)}<dt>Sandbox</dt><dd>${opening.confinement.layers.join(' in ')} (${opening.confinement.level})</dd><dt>Run</dt><dd><code>${run}</code></dd></dl>`
}

type Named = { readonly id: string }

function list(first: Named | undefined, others: readonly Named[]): Html {
  return html`${[...(first === undefined ? [] : [first]), ...others].map(({ id }, at) => html`${at === 0 ? '' : ', then '}${foreign(id)}`)}`
}

/** In which order models are asked, where one stands in for another, and those of a verifier. */
function listsOf({ models, fallbacks, verifier = [] }: RunSummary['opening']): Html {
  const checked =
    verifier.length === 0
      ? html``
      : html`<dt>Claims checked by</dt><dd>${list(verifier[0], verifier.slice(1))}</dd>`
  if (fallbacks === undefined) return checked
  return html`<dt>Asked in turn</dt><dd><div>root: ${list(models[0], fallbacks.root)}</div><div>sub-calls and child frames: ${list(models.at(-1), fallbacks.sub)}</div></dd>${checked}`
}

/** As much of the question as leaves the first screen to what is asked of the run. */
const TOP_CHARS = 220

function asked({ question }: RunSummary): string {
  if (question === null) return 'The question is not laid open here.'
  return question.length <= TOP_CHARS ? question : `${question.slice(0, TOP_CHARS).toWellFormed()} …`
}

function longQuestion({ question }: RunSummary): Html {
  if (question === null || question.length <= TOP_CHARS) return html``
  return html`<dt>Question</dt><dd dir="auto">${question}</dd>`
}

/** The script of a run: whoever approves plans approves this hash. */
function followed({ script }: RunSummary['opening']): Html {
  if (script === undefined) return html``
  return html`<dt>Script</dt><dd>${foreign(script.name)}, plan hash <code>${script.planHash}</code></dd>`
}

/** What a forked run has from another one. */
function forkedFrom({ fork }: RunSummary['opening']): Html {
  if (fork === undefined) return html``
  const { run, at, records, models } = fork
  const before = models.map(({ id }) => html`<div>${foreign(id)}</div>`)
  return html`<dt>Forked from</dt><dd>run <code>${run}</code> at step ${at.lane}/${at.n}. The first ${whole(records)} records were taken over from there, with what they cost.</dd>
<dt>Answered by, until then</dt><dd>${before}</dd>`
}

/** What was said before the question. */
function goesOnFrom({ conversation }: RunSummary['opening']): Html {
  if (conversation === undefined) return html``
  const { messages, leftOut, label, follows } = conversation
  const runs = follows.map(
    ({ run, root, records }) =>
      html`<div>run <code>${run}</code>, as it was with ${whole(records)} records and the root <code>${root}</code></div>`,
  )
  const lost = leftOut === 0 ? '' : ` ${counted(leftOut, 'older one')} had no room.`
  return html`<dt>Goes on from</dt><dd>${counted(messages, 'earlier message')}, labelled ${formatLabel(label)}, that the root model was shown.${lost}${runs}</dd>`
}

function how({ frames, strategy, closing, inTurns }: RunSummary): string {
  const children = frames.length - 1
  const steps = closing === null ? '' : ` in ${whole(closing.steps)} recorded steps`
  if (strategy === 'direct') return `The whole context fitted the model, which was asked once${steps}.`
  if (strategy === 'retrieve' && !inTurns)
    return `The model was asked over the passages that a search found${steps}.`
  if (strategy === 'script')
    return `A script that a person wrote decided what was done${steps}. Time runs to the right.`
  return `A root model wrote code to search the documents${steps}${
    children > 0
      ? `, and opened ${counted(children, 'child frame')} that did the same with a part of them`
      : ''
  }. Time runs to the right.`
}

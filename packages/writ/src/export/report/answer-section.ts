import { checkInWords, counted, endedInWords, type Origin, placeInWords, whole } from '@writ/contract'
import { foreign, type Html, html } from './markup.ts'
import type { Quote } from './quotes.ts'
import type { RunSummary } from './run-summary.ts'
import { folded, spanKey, valueHtml } from './value-html.ts'

/** Most quotes on a page, and characters of one that stand open. */
const MOST_QUOTES = 1_000
const OPEN_CHARS = 400

export function answerSection(summary: RunSummary): Html {
  return html`<section aria-labelledby="answer"><h2 id="answer">The answer</h2>
${statusNotice(summary)}${checkNotices(summary)}${answer(summary)}</section>
<section aria-labelledby="sources"><h2 id="sources">What it rests on</h2>${quotes(summary)}</section>`
}

function statusNotice({ status, released, reason }: RunSummary): Html {
  if (status === 'complete') return html``
  const said = released ? WITH_ANSWER[status] : withoutAnswer(status, reason)
  return html`<div class="notice warn" role="note"><p><strong>${said}</strong></p>${
    reason ? html`<p>${foreign(reason)}</p>` : ''
  }</div>`
}

/** That an answer is whole does not say that it passed what it was held against. */
function checkNotices({ checks }: RunSummary): readonly Html[] {
  return checks.map((check) => {
    const kind = check.outcome === 'passed' ? 'notice' : 'notice warn'
    const problems = check.problems.map((problem) => html`<li>${foreign(problem)}</li>`)
    return html`<div class="${kind}" role="note"><p><strong>${checkInWords(check)}</strong></p>${
      problems.length === 0 ? '' : html`<ul>${problems}</ul>`
    }</div>`
  })
}

function withoutAnswer(status: RunSummary['status'], reason: RunSummary['reason']): string {
  return status === 'incomplete'
    ? `Incomplete: no answer was released; the run ${endedInWords(status, reason)}.`
    : WITHOUT[status]
}

const WITHOUT: Readonly<Record<RunSummary['status'], string>> = {
  complete: 'Complete.',
  incomplete: 'Incomplete: not all of the work was done.',
  denied: 'Denied: policy did not allow an answer to be given.',
  failed: 'Failed: the run ended without an answer.',
  pending: 'Pending: the run waits for somebody.',
  open: 'Not finished: the run has no closing record. It is under way, or was cut off.',
  aborted: 'Aborted: the run was ended from outside.',
}

const WITH_ANSWER: Readonly<Record<RunSummary['status'], string>> = {
  ...WITHOUT,
  incomplete: 'Incomplete: not all of the work was done. What follows is what there was by then.',
}

function answer({ released, value, withheld, keyed, quotes: cited }: RunSummary): Html {
  if (!released) return html`<p><strong>No answer was released.</strong></p>`
  if (withheld !== null)
    return html`<p>An answer was released. It is not shown here: ${foreign(withheld)}.</p>`
  if (value !== null) return valueHtml(value, new Map(cited?.map((one) => [spanKey(one), one.quote])))
  return keyed
    ? html`<p>An answer was released, but its evidence file is not where it was written, and the home alone does not have it.</p>`
    : html`<p>An answer was released. It is not laid open here: only a commitment to it is left.</p>`
}

function quotes({ quotes: all, released, withheld }: RunSummary): Html {
  if (!released) return html`<p>There is no answer that could rest on anything.</p>`
  if (withheld !== null) return html`<p>The citations are withheld with the answer.</p>`
  if (all === null) return html`<p>The citations are not laid open here.</p>`
  if (all.length === 0) return html`<p>The answer cites nothing.</p>`
  const more = all.length - MOST_QUOTES
  return html`<p>${counted(all.length, 'passage')}. Each was read again and compared, byte for byte, before the answer was released. Bytes count from the start of the file; the end is not included.</p>
${folded(all.slice(0, MOST_QUOTES).map(quote), ['Document', 'Passage', 'Place'], 'Citations')}${
  more > 0 ? html`<p>${whole(more)} more are in the evidence file.</p>` : ''
}`
}

/** Where a quote stands in the original of its document, for whoever has that. */
function placed(origin: Origin | undefined): Html {
  if (origin === undefined) return html``
  const { place, file, sha256 } = origin
  const where = place === undefined ? html`` : html`<strong>${foreign(placeInWords(place))}</strong> of `
  return html`${where}${foreign(file)}<details><summary>The file</summary><p>SHA-256 of the file as it was read: <code>${sha256}</code>.</p></details>`
}

function quote({ doc, start, end, sha256, quote: text, around, matches, origin }: Quote): Html {
  const long = text.length > OPEN_CHARS
  const passage = html`<blockquote dir="auto">${around?.before ?? ''}<mark>${text}</mark>${around?.after ?? ''}</blockquote>`
  return html`<tr><th scope="row" class="doc">${foreign(doc)}</th><td>${
    long
      ? html`<details><summary>${foreign(text.slice(0, OPEN_CHARS).toWellFormed())} …</summary>${passage}</details>`
      : passage
  }</td><td class="place">${placed(origin)}bytes ${whole(start)} to ${whole(end)}${origin === undefined ? '' : ' of its text'}<details><summary>Fingerprint</summary><p>SHA-256 of the quoted bytes: <code>${sha256}</code>. ${
    matches
      ? 'The quote shown here has it.'
      : html`<strong class="bad">The quote shown here does not have it.</strong>`
  }</p></details></td></tr>`
}

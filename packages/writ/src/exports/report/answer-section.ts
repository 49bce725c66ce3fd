import { whole } from '@writ/contract'
import { foreign, type Html, html } from './markup.ts'
import type { Quote } from './quotes.ts'
import type { Story } from './story.ts'

/** Longest answer shown, and most quotes; a page has to stay one that a browser opens. */
const MOST_ANSWER_CHARS = 200_000
const MOST_QUOTES = 1_000

export function answerSection(story: Story): Html {
  return html`<section aria-labelledby="answer"><h2 id="answer">The answer</h2>
${statusNotice(story)}${answer(story)}</section>
<section aria-labelledby="sources"><h2 id="sources">What it rests on</h2>${quotes(story)}</section>`
}

function statusNotice({ status, reason }: Story): Html {
  if (status === 'complete') return html``
  return html`<div class="notice warn" role="note"><p><strong>${MEANING[status]}</strong></p>${
    reason ? html`<p>${foreign(reason)}</p>` : ''
  }</div>`
}

const MEANING: Readonly<Record<Story['status'], string>> = {
  complete: 'Complete.',
  incomplete: 'Incomplete: a limit stopped part of the work. What follows is what there was by then.',
  denied: 'Denied: policy did not allow an answer to be given.',
  failed: 'Failed: the run ended without an answer.',
  pending: 'Pending: the run waits for somebody.',
  open: 'Not finished: the run has no closing record. It is under way, or was cut off.',
  aborted: 'Aborted: the run was ended from outside.',
}

function answer({ answer: text, status, keyed }: Story): Html {
  if (text === null) {
    const why =
      status === 'complete' || status === 'incomplete'
        ? keyed
          ? 'The answer was released, but its evidence file is not where it was written, and the home alone does not have it.'
          : 'The answer was released. It is not laid open here: only a commitment to it is left.'
        : 'No answer was released.'
    return html`<p>${why}</p>`
  }
  const rest = text.length - MOST_ANSWER_CHARS
  const shown = rest > 0 ? text.slice(0, MOST_ANSWER_CHARS).toWellFormed() : text
  const more = rest > 0 ? html`<p>Cut here: ${whole(rest)} more characters are in the evidence file.</p>` : ''
  return html`<div class="answer" dir="auto">${shown}</div>${more}`
}

function quotes({ quotes: all }: Story): Html {
  if (all === null) return html`<p>The citations are not laid open here, or there was no answer.</p>`
  if (all.length === 0) return html`<p>The answer cites nothing.</p>`
  const more = all.length - MOST_QUOTES
  return html`<p>${whole(all.length)} ${all.length === 1 ? 'passage' : 'passages'}. Each was read again and compared, byte for byte, before the answer was released. Bytes count from the start of the file; the end is not included.</p>
<ol class="quotes">${all.slice(0, MOST_QUOTES).map(quote)}</ol>${more > 0 ? html`<p>${whole(more)} more are in the evidence file.</p>` : ''}`
}

function quote({ doc, start, end, sha256, quote: text, around, matches }: Quote): Html {
  return html`<li><span class="place">${foreign(doc)}</span> <span class="range">bytes ${whole(start)} to ${whole(end)}</span>
<blockquote dir="auto">${around?.before ?? ''}<mark>${text}</mark>${around?.after ?? ''}</blockquote>
<details><summary>Fingerprint</summary><p>SHA-256 of the quoted bytes: <code>${sha256}</code>. ${
    matches
      ? 'The quote shown here has it.'
      : html`<strong class="bad">The quote shown here does not have it.</strong>`
  }</p></details></li>`
}

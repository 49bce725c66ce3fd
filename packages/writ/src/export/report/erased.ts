import type { Erasure } from '@writ/evidence'
import { foreign, type Html, html } from './markup.ts'

/** What an erasure took, when and why, and what it did not reach: as its statement says. */
export function erased({ at, reason, reached, notReached }: Erasure): Html {
  return html`<div class="notice warn" role="note"><p><strong>The content of this run was erased at ${foreign(at)}.</strong> Reason: ${foreign(reason)}</p>
<p>Gone:</p>${list(reached)}<p>Not reached:</p>${list(notReached)}
<p>What happened, in which order, what policy decided and what it cost is still recorded, and still verifies.</p></div>`
}

function list(entries: readonly string[]): Html {
  return html`<ul>${entries.map((entry) => html`<li>${foreign(entry)}</li>`)}</ul>`
}

import { counted, everyPartition, formatLabel, isLeftOut, type Omitted, size, whole } from '@writ/contract'
import { foreign, type Html, html } from './markup.ts'
import { inWords } from './refusals.ts'
import type { RunSummary } from './run-summary.ts'

const MOST_DOCUMENTS = 300
const MOST_OMITTED = 100

export function readSection(summary: RunSummary): Html {
  const { partitions } = summary
  const rows = partitions.map(
    ({ label, documents, bytes, steps }) =>
      html`<tr><th scope="row">${formatLabel(label)}</th><td class="n">${whole(documents)}</td><td class="n">${size(bytes)}</td><td class="n">${whole(steps)}</td></tr>`,
  )
  return html`<section aria-labelledby="read"><h2 id="read">What was read</h2>
<p>The documents are kept outside the model and in groups of one label. “Untrusted” means that nobody vouches for what they say.</p>
<div class="scroll" role="region" aria-label="Groups of documents" tabindex="0"><table><caption>What there was, and how often it was touched</caption>
<thead><tr><th scope="col">Label</th><th scope="col" class="n">Documents</th><th scope="col" class="n">Size</th><th scope="col" class="n">Searches and reads</th></tr></thead><tbody>${rows}</tbody></table></div>
${documents(summary)}${omitted(summary)}</section>`
}

function documents({ documents: all, partitions }: RunSummary): Html {
  if (all === null)
    return html`<p>Which documents these were is not to be told here: their names are kept encrypted beside the records, and this page was made without that.</p>`
  const total = partitions.reduce((sum, { documents: count }) => sum + count, 0)
  const bytes = all.reduce((sum, document) => sum + document.bytes, 0)
  const rows = all
    .slice(0, MOST_DOCUMENTS)
    .map(
      ({ doc, bytes: own, passages }) =>
        html`<tr><th scope="row">${foreign(doc)}</th><td class="n">${size(own)}</td><td class="n">${whole(passages)}</td></tr>`,
    )
  return html`<p>Text of <strong>${whole(all.length)}</strong> of ${whole(total)} documents was handed to the program, <strong>${size(bytes)}</strong> of it when each byte is counted once. Not all of that was shown to a model.</p>
<details><summary>The documents, those read most first</summary><div class="scroll" role="region" aria-label="Documents read" tabindex="0"><table><caption>${all.length > MOST_DOCUMENTS ? `The first ${MOST_DOCUMENTS} of ${whole(all.length)}` : 'All of them'}</caption>
<thead><tr><th scope="col">Document</th><th scope="col" class="n">Read of it</th><th scope="col" class="n">Passages handed out</th></tr></thead><tbody>${rows}</tbody></table></div></details>`
}

/** What is not there of the documents: of some nothing, of others a part. */
export function omitted({ omitted: all }: Pick<RunSummary, 'omitted'>): Html {
  if (all === null) return html``
  const leftOut = all.filter(isLeftOut)
  const inPart = all.filter((one) => !isLeftOut(one))
  return html`${
    leftOut.length === 0
      ? ''
      : html`<h3>Left out before the run</h3><p>Of ${counted(leftOut.length, 'file')} nothing was taken in, so the answer rests on nothing of it:</p>${named(leftOut)}`
  }${
    inPart.length === 0
      ? ''
      : html`<h3>Taken in without a part</h3><p>Of ${counted(inPart.length, 'document')} something is missing or masked:</p>${named(inPart)}`
  }`
}

function named(all: readonly Omitted[]): Html {
  const names = all
    .slice(0, MOST_OMITTED)
    .map(({ doc, reason }) => html`<li>${foreign(doc)}: ${foreign(reason)}</li>`)
  const more = all.length - names.length
  return html`<ul>${names}${more > 0 ? html`<li>and ${whole(more)} more</li>` : ''}</ul>`
}

export function refusedSection({ denials, opening }: RunSummary): Html {
  const rows = denials
    .map((denial) => inWords(denial, everyPartition(opening)))
    .map(
      ({ what, why, policies, reason, count }) =>
        html`<tr><th scope="row">${foreign(what)}</th><td>${foreign(why)}</td><td>${
          policies.length > 0 ? html`<code>${policies.join(', ')}</code>` : 'no policy permits it'
        } (<code>${reason}</code>)</td><td class="n">${whole(count)}</td></tr>`,
    )
  const table = html`<div class="scroll" role="region" aria-label="Refusals" tabindex="0"><table><caption>Refusals, equal ones counted together</caption>
<thead><tr><th scope="col">What was asked</th><th scope="col">Why it was refused</th><th scope="col">Policy (and its reason)</th><th scope="col" class="n">Times</th></tr></thead><tbody>${rows}</tbody></table></div>`
  return html`<section aria-labelledby="refused"><h2 id="refused">What was refused</h2>
<p>Every search, read, model call, new frame and release was put to the policy first, and done only where it allowed it.</p>
${rows.length > 0 ? table : html`<p>Nothing was refused.</p>`}</section>`
}

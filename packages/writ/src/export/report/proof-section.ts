import type { TrustedKey } from '@writ/contract'
import type { VerdictReport } from '@writ/evidence'
import { foreign, type Html, html } from './markup.ts'
import type { RunSummary } from './run-summary.ts'

/** The evidence file a report goes with, and what was found when it was checked. */
export interface Proof {
  /** Its name, without directories. */
  readonly file: string
  /** SHA-256 (hex) of its bytes. */
  readonly sha256: string
  /** Ids of the keys that its statements name as their signers. */
  readonly signers: readonly string[]
  /** Null when no trust root was at hand. */
  readonly checked: { readonly report: VerdictReport; readonly keys: readonly TrustedKey[] } | null
}

const QUESTIONS: Readonly<Record<string, string>> = {
  INTEGRITY: 'Is everything about the same records, byte for byte, and signed?',
  AUTHORITY: 'Did the right keys sign, valid at the time they claim?',
  COMPLETENESS: 'Is nothing missing, and was everything that happened allowed first?',
  WITNESSED: 'Has somebody independent seen it?',
  POLICY: 'Would every decision be made again?',
  DISCLOSURE: 'Do the texts laid open belong to the records?',
  REPLAY: 'Does the run follow again, step by step, from what it recorded?',
}

const RESULTS = { pass: 'yes', fail: 'no', 'not-evaluated': 'not judged' } as const

export function proofSection({ run, keyed }: RunSummary, proof: Proof | null): Html {
  const file = proof?.file ?? `${run}.writ`
  const replay = keyed
    ? html`<p>In the home that has the run, <code>writ replay ${run}</code> does it again from its record and compares every step.</p>`
    : html``
  return html`<section aria-labelledby="verify"><h2 id="verify">How to verify it</h2>
<p><strong>This page is not the proof.</strong> Anybody can write a page. The proof is the evidence file <code>${foreign(file)}</code>. Whoever has it, a trust root and the <code>writ</code> command can check it without a network:</p>
<pre>writ verify ${foreign(file)} --trust trust.json</pre>
<p>The trust root (<code>trust.json</code>) lists the keys that may sign. <strong>Get it from somewhere else than this page and the evidence</strong>: from the organisation that ran Writ, in person or over a channel you trust, and before you need it. Then compare the key ids it lists with those below.</p>
${proof === null ? html`<p>The evidence file was not at hand when this page was made.</p>` : facts(proof)}${replay}</section>`
}

function facts({ sha256, signers, checked }: Proof): Html {
  return html`<dl><dt>SHA-256 of the file</dt><dd><code>${sha256}</code></dd>
<dt>It names as signers</dt><dd>${signers.map((id) => html`<code>${id}</code> `)}</dd></dl>
${checked === null ? html`<p>No trust root was at hand when this page was made, so nothing was checked.</p>` : verdicts(checked)}`
}

function verdicts({ report, keys }: NonNullable<Proof['checked']>): Html {
  const rows = report.verdicts.map(
    ({ name, result, code, detail }) =>
      html`<tr><th scope="row">${QUESTIONS[name] ?? name}<br><code>${name}</code></th><td class="${TONES[result]}">${RESULTS[result]}</td><td>${foreign(detail)} <code>${code}</code></td></tr>`,
  )
  const trusted = keys.map(
    ({ role, keyId, validFrom, validUntil }) =>
      html`<tr><th scope="row">${role}</th><td><code>${keyId}</code></td><td>${validFrom} ${validUntil === null ? 'on' : html`to ${validUntil}`}</td></tr>`,
  )
  return html`<h3>What a check found when this page was made</h3>
<div class="scroll" role="region" aria-label="Verdicts" tabindex="0"><table><caption>Do it again yourself; this table can be wrong or old</caption><thead><tr><th scope="col">Question</th><th scope="col">Answer</th><th scope="col">Detail</th></tr></thead><tbody>${rows}</tbody></table></div>
<div class="scroll" role="region" aria-label="Keys" tabindex="0"><table><caption>Keys of the trust root that was used</caption><thead><tr><th scope="col">Role</th><th scope="col">Key id (SHA-256 of the public key)</th><th scope="col">Valid from</th></tr></thead><tbody>${trusted}</tbody></table></div>`
}

const TONES = { pass: 'good', fail: 'bad', 'not-evaluated': 'warn' } as const

export function meaningSection(): Html {
  return html`<section aria-labelledby="meaning"><h2 id="meaning">What the proof says, and what not</h2>
<h3>It says</h3><ul>
<li>what was asked, by whom and for which purpose, under which policy and limits;</li>
<li>what was allowed, refused, read, spent and released, in which order, and that none of it was changed since it was signed;</li>
<li>that the quotes are bytes of the documents that the run was given.</li></ul>
<h3>It does not say</h3><ul>
<li>that the answer is right, or that a model’s words are true;</li>
<li>that the provider of a model produced them: what it sent is recorded as it came;</li>
<li>that the documents themselves are genuine or complete;</li>
<li>when things happened: times are claims of the machine that ran it, unless a witness confirms them;</li>
<li>that nobody who holds the signing keys wrote another history. The evidence is tamper-evident, not tamper-proof.</li></ul></section>`
}

import { counted, dollars, seconds, size, whole } from '@writ/contract'
import { type Html, html } from './markup.ts'
import type { RunSummary } from './run-summary.ts'

/** Limits of a frame of one role. */
const ROLE_ROWS = [
  ['Turns of one worker frame', 'maxWorkerTurns'],
  ['Sub-calls and children of one worker frame', 'maxWorkerCalls'],
  ['Turns of the frame that checks claims', 'maxVerifierTurns'],
  ['Sub-calls and children of that frame', 'maxVerifierCalls'],
] as const

export function costSection(summary: RunSummary): Html {
  const { opening, closing, limited, tookMs, frames, boundCalls, reusedCalls, cachedInputTokens } = summary
  const { limits } = opening
  const charged = closing?.charged
  const tokens = charged === undefined ? null : charged.inputTokens + charged.outputTokens
  const turns = Math.max(0, ...frames.map((frame) => frame.turns))
  const rows = [
    row('Model calls', charged && whole(charged.calls), whole(limits.maxCalls)),
    row('Tokens, in and out', whole, tokens, limits.maxTokens),
    ...(cachedInputTokens === 0
      ? []
      : [row('Input tokens that a provider had cached, among them', whole(cachedInputTokens), 'none')]),
    row('Cost', charged && costOf(summary, charged.costMicroUsd), limitOf(limits.maxCostMicroUsd)),
    row(
      'Depth of frames (the root has 0)',
      closing === null ? null : whole(closing.maxDepth),
      whole(limits.maxDepth),
    ),
    row('Turns of one frame', whole(turns), whole(limits.maxTurns)),
    ...ROLE_ROWS.flatMap(([name, limit]) => {
      const most = limits[limit]
      return most === undefined ? [] : [row(name, null, whole(most))]
    }),
    row('Time', seconds, tookMs, limits.timeoutMs),
    row('Model calls at once, for each model', null, whole(limits.concurrency)),
    row('Size of the answer', null, size(limits.maxOutputBytes)),
  ]
  return html`<section aria-labelledby="cost"><h2 id="cost">What it cost, and the limits</h2>
<p>Limits hold over the whole tree of frames. Each call reserves its worst case before it is sent, so no limit is passed, whatever runs at once. ${
    limited === 0
      ? 'No step was refused by a limit.'
      : html`<strong>${counted(limited, 'step')} refused by a limit.</strong>`
  }</p>
<div class="scroll" role="region" aria-label="Cost and limits" tabindex="0"><table><caption>Used, and allowed at most</caption><thead><tr><th scope="col">What</th><th scope="col" class="n">Used</th><th scope="col" class="n">Limit</th></tr></thead><tbody>${rows}</tbody></table></div>
${
  boundCalls === 0
    ? ''
    : html`<p><strong>${counted(boundCalls, 'call')} ${boundCalls === 1 ? 'is' : 'are'} charged at the worst case</strong>, because the server did not say, or not believably, what was used.</p>`
}${
  reusedCalls === 0
    ? ''
    : html`<p>${counted(reusedCalls, 'sub-call')} cost nothing: an equal one of the same label had been answered.</p>`
}<p>Tokens and cost are what was charged against the limits: what the provider said it used, or the worst case where it said nothing. A bill may differ.</p></section>`
}

/** A cost that is not known is not 0. */
function costOf({ costKnown }: RunSummary, microUsd: number): string {
  if (costKnown) return dollars(microUsd)
  return microUsd > 0
    ? `${dollars(microUsd)} and more: a model has no known price`
    : 'unknown: no known price'
}

function limitOf(microUsd: number | null): string {
  return microUsd === null ? 'none' : dollars(microUsd)
}

type Show = (value: number) => string

function row(name: string, used: string | null | undefined, limit: string): Html
function row(name: string, show: Show, used: number | null, limit: number | null): Html
function row(
  name: string,
  a: Show | string | null | undefined,
  b: number | string | null,
  c?: number | null,
): Html {
  const [used, limit] =
    typeof a === 'function'
      ? [typeof b === 'number' ? a(b) : null, typeof c === 'number' ? a(c) : null]
      : [a, typeof b === 'string' ? b : null]
  return html`<tr><th scope="row">${name}</th><td class="n">${used ?? '–'}</td><td class="n">${limit ?? 'none'}</td></tr>`
}

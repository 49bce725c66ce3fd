import {
  answerNotes,
  type Basis,
  type CoverageInAll,
  counted,
  everyPartition,
  formatLabel,
  type Label,
  LEVELS,
  label,
  notesInWords,
  size,
  whole,
} from '@writ/contract'
import { foreign, type Html, html } from './markup.ts'
import type { Proof } from './proof-section.ts'
import { inWords } from './refusals.ts'
import type { RunSummary } from './run-summary.ts'

// What a reader asks first, on the first screen: what was accessed, why, who allowed it, can the answer be relied on.

/** Lines of a kind that a card has room for. */
const MOST_LINES = 3
const MOST_REFUSALS = 2

export function topSection(summary: RunSummary, proof: Proof | null): Html {
  return html`<div class="cards">${card('What was accessed', accessed(summary))}${card('Why', why(summary))}${card('Who allowed it', allowed(summary))}${card('Can the answer be relied on?', reliable(summary, proof))}</div>`
}

function card(title: string, lines: readonly Html[]): Html {
  return html`<section class="card"><h2>${title}</h2>${lines.map((line) => html`<p>${line}</p>`)}</section>`
}

function accessed({ coverage, documents, partitions }: RunSummary): readonly Html[] {
  const total = partitions.reduce((sum, { documents: count }) => sum + count, 0)
  const read =
    coverage === null
      ? documents === null
        ? html`How much was read is not recorded: the run has not ended.`
        : html`Text of <strong>${whole(documents.length)} of ${counted(total, 'document')}</strong> so far: the run has not ended.`
      : coverageInWords(coverage)
  const groups = partitions
    .slice(0, MOST_LINES)
    .map(
      ({ label: own, documents: count, steps }) =>
        html`${counted(count, 'document')} labelled <strong>${named(own)}</strong>: ${
          steps === 0 ? 'never opened' : counted(steps, 'search or read', 'searches and reads')
        }`,
    )
  const more = partitions.length - groups.length
  return [
    read,
    ...groups,
    ...(more > 0 ? [html`and ${counted(more, 'more group')} (<a href="#read">all</a>)`] : []),
  ]
}

/** What code went over, and of how much of that the text came back: of what was only gone over, nothing did. */
export function coverageInWords({ documents, bytes, touched, searched, read, checks }: CoverageInAll): Html {
  const all = counted(documents, 'document')
  const over =
    searched >= bytes
      ? html`<strong>${documents === 1 ? 'The document' : `All ${all}`}</strong> ${documents === 1 ? 'was' : 'were'} searched.`
      : searched === 0
        ? html`<strong>None of ${all}</strong> was searched.`
        : html`<strong>${size(searched)} of ${size(bytes)}</strong> in ${all} were searched.`
  const back =
    touched === 0
      ? 'No text of them was handed to the program.'
      : `Text was handed to the program from ${touched === documents ? (documents === 1 ? 'it' : 'all of them') : `${whole(touched)} of them`}: ${size(read)} of ${size(bytes)}.`
  const apart =
    checks === undefined
      ? ''
      : ` Frames that checked the answer were handed ${size(checks.read)} from ${whole(checks.touched)} of them.`
  return html`${over} ${back}${apart}`
}

function why({ opening, strategy, closing, frames, answeredBy, inTurns }: RunSummary): readonly Html[] {
  const { user, purpose, models } = opening
  const calls = closing === null ? '' : `, ${counted(closing.charged.calls, 'model call')}`
  const how =
    strategy === 'direct'
      ? 'The documents fit the model, which was asked once.'
      : strategy === 'retrieve' && !inTurns
        ? 'A search found passages, over which the model was asked.'
        : strategy === ''
          ? 'No way of answering was chosen yet.'
          : 'A model wrote code that searched them.'
  return [
    html`To answer the question above, asked by <strong>${foreign(user.id)}</strong> for the purpose <strong>${foreign(purpose)}</strong>.`,
    html`${how} <a href="#frames">${counted(frames.length, 'frame')}${calls}</a>.`,
    html`Models: ${(answeredBy ?? models.map(({ id }) => id)).map((id, at) => html`${at === 0 ? '' : ', '}${foreign(id)}`)}`,
  ]
}

function allowed({ opening, decisions, denials }: RunSummary): readonly Html[] {
  const { user, bundle } = opening
  const by = decisions.policies.length === 0 ? '' : ` (${decisions.policies.join(', ')})`
  const told = denials.slice(0, MOST_REFUSALS).map((denial) => inWords(denial, everyPartition(opening)))
  const more = denials.length - told.length
  return [
    html`Policy decided <strong>${counted(decisions.all, 'time')}</strong>: it allowed ${whole(decisions.all - decisions.refused)}${by} and <strong>refused ${whole(decisions.refused)}</strong>.`,
    html`${foreign(user.id)} is cleared for ${LEVELS[user.clearance] ?? 'an unknown level'}. The bundle <code>${bundle.slice(0, 12)}</code> was fixed before the run.`,
    ...told.map(({ what, why: reason }) => html`Refused: ${foreign(what)}: ${foreign(reason)}.`),
    ...(more > 0 ? [html`and ${counted(more, 'other refusal')} (<a href="#refused">all</a>)`] : []),
  ]
}

const BASIS: Readonly<Record<Basis, string>> = {
  exact: 'Code decided it. What was counted or matched can be checked with grep or SQL.',
  model: 'A language model said it. Nothing proves it right: check it against what it cites.',
  passages: 'It claims nothing: these are passages whose words fit. Nobody judged what they mean.',
}

function reliable(summary: RunSummary, proof: Proof | null): readonly Html[] {
  const { opening, closing, status, released, reason } = summary
  const basis = closing?.basis ?? null
  const support = closing?.support ?? null
  const notes = answerNotes(opening.notes, closing?.notes)
  const answer = released
    ? basis === null
      ? html`It was released, but the run has not ended.`
      : html`<strong>${BASIS[basis]}</strong>`
    : html`<strong class="bad">No answer was released.</strong> ${reason === null ? '' : foreign(reason)}`
  return [
    answer,
    ...(released && status !== 'complete'
      ? [html`<strong class="warn">Not all of the work was done:</strong> ${foreign(reason ?? status)}`]
      : []),
    ...(support === null
      ? []
      : [
          html`Of its values ${whole(support.quoted)} ${support.quoted === 1 ? 'occurs' : 'occur'} in a citation, ${whole(support.computed)} ${support.computed === 1 ? 'was' : 'were'} computed, <strong>${whole(support.unsupported)} ${support.unsupported === 1 ? 'is' : 'are'} in no citation</strong>.`,
        ]),
    ...(notes === undefined ? [] : [html`Notes: ${notesInWords(notes).join('; ')}.`]),
    checked(proof),
  ]
}

function checked(proof: Proof | null): Html {
  if (proof === null) return html`The evidence file was not at hand, so nothing was checked.`
  if (proof.checked === null)
    return html`No trust root was at hand: the evidence was not checked. <a href="#verify">How to</a>`
  return proof.checked.report.ok
    ? html`<strong class="good">The evidence holds</strong>: what this page says happened is what was signed. <a href="#verify">Check it yourself</a>`
    : html`<strong class="bad">The evidence does not hold. Do not rely on this page.</strong> <a href="#verify">Why</a>`
}

/** Levels and categories; that nobody vouches for the text is told below. */
function named({ level, categories }: Label): string {
  return formatLabel(label(level, categories))
}

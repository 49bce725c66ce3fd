import {
  type Answer,
  askedInWords,
  checkInWords,
  counted,
  type Denial,
  type DocumentCoverage,
  dollars,
  isLeftOut,
  type NamedPartition,
  notesInWords,
  reasonInWords,
  type Support,
  seconds,
  size,
  whole,
} from '@writ/contract'
import { printableLine } from '../printable.ts'

// What stands below an answer, a line for each: what it cost, how it stands, what was read, refused and left out.

/** Columns below which the shorter wording is taken. */
const NARROW = 80

/** Refusals and left-out files that are told one by one. */
const TOLD = 3

/** What it cost, and what is not known of that. */
export function costFact({ usage }: Answer): string {
  const { modelCalls, inputTokens, outputTokens, costMicroUsd, costKnown, boundCalls } = usage
  const { cachedInputTokens = 0, reusedCalls = 0 } = usage
  const cost = costKnown
    ? dollars(costMicroUsd)
    : costMicroUsd > 0
      ? `${dollars(costMicroUsd)} and more: a model has no known price`
      : 'unknown: the model has no known price'
  return [
    cost,
    ...(boundCalls === 0 ? [] : [`${counted(boundCalls, 'call')} charged at worst case`]),
    counted(modelCalls, 'model call'),
    ...(reusedCalls === 0 ? [] : [`${counted(reusedCalls, 'sub-call')} answered by an equal one`]),
    `${whole(inputTokens + outputTokens)} tokens`,
    ...(cachedInputTokens === 0 ? [] : [`${whole(cachedInputTokens)} of them cached`]),
    counted(usage.frames, 'frame'),
    seconds(usage.wallMs),
  ].join(' · ')
}

/** Which models answered; undefined for a run in which none stands in for another. */
export function answeredFact({ answeredBy }: Answer): string | undefined {
  if (answeredBy === undefined) return undefined
  return answeredBy.length === 0 ? 'none answered' : `answered by ${printableLine(answeredBy.join(', '))}`
}

/** How the values of the answer stand; undefined when nothing was released. */
export function supportFact({ basis, support }: Answer, columns: number): string | undefined {
  const { quoted, computed, unsupported, unsupportedPaths } = support
  if (basis === null || quoted + computed + unsupported === 0) return undefined
  const paths = unsupportedPaths.slice(0, TOLD).map(printableLine)
  const where = paths.filter((path) => path !== '').join(', ')
  const more = unsupported > paths.length ? ', …' : ''
  return [
    supportInWords(support),
    ...(where === '' || columns < NARROW ? [] : [`unsupported: ${where}${more}`]),
  ].join(' · ')
}

/** What the checks that were asked for came to, a line for each with what did not pass; the whole of it is in the JSON. */
export function checkFacts({ checks = [] }: Answer): readonly string[] {
  return checks.map((check) => {
    const { problems } = check
    const more = problems.length > TOLD ? [`${whole(problems.length - TOLD)} more`] : []
    return [checkInWords(check), ...problems.slice(0, TOLD).map(printableLine), ...more].join(' · ')
  })
}

/** `12 values quoted, 1 computed, 0 unsupported`. */
export function supportInWords({ quoted, computed, unsupported }: Omit<Support, 'unsupportedPaths'>): string {
  return `${counted(quoted, 'value')} quoted, ${whole(computed)} computed, ${whole(unsupported)} unsupported`
}

/** How much of what was in scope was looked at. */
export function coverageFact({ coverage }: Pick<Answer, 'coverage'>, columns: number): string {
  const { documents, touched, bytes, searched, read, checks, unstructured } = coverage
  if (documents === 0) return 'there were no documents in scope'
  const untouched = documents - touched
  const share = bytes === 0 ? '' : ` (${percent(read, bytes)})`
  const without =
    unstructured === undefined
      ? ''
      : ` · structure of ${counted(unstructured.files, 'source file')} not read yet`
  const apart = checks === undefined ? '' : ` · checks read ${size(checks.read)}`
  if (columns < NARROW)
    return `read ${part(read, bytes)} · ${whole(untouched)} of ${whole(documents)} never touched${apart}${without}`
  const never =
    untouched === 0
      ? `every one of ${counted(documents, 'document')} touched`
      : `${whole(untouched)} of ${counted(documents, 'document')} never touched`
  const over = searched >= bytes ? 'searched all of it' : `searched ${size(searched)} of it`
  return `read ${part(read, bytes)}${share} · ${over} · ${never}${apart}${without}`
}

/** `read 310 of 5,400 bytes (6 %)`, `searched, nothing of it read`. */
export function documentFact({ bytes, searched, read }: DocumentCoverage): string {
  if (read > 0) return `read ${part(read, bytes)}${bytes === 0 ? '' : ` (${percent(read, bytes)})`}`
  return searched ? 'searched, nothing of it read' : 'never touched'
}

/** What it owes to notes of earlier runs, and leaves to later ones; undefined where there is nothing to say. */
export function notesFact({ notes }: Pick<Answer, 'notes'>): string | undefined {
  return notes === undefined ? undefined : notesInWords(notes).join(' · ')
}

/** What policy refused and why, in words: a line for each. */
export function refusedFacts(
  { denials }: Pick<Answer, 'denials'>,
  partitions: readonly NamedPartition[],
): readonly string[] {
  const told = denials
    .slice(0, denials.length > TOLD ? TOLD - 1 : TOLD)
    .map((denial) => refusal(denial, partitions))
  const rest = denials.slice(told.length)
  const more = rest.length > 0 ? [`and ${counted(rest.length, 'other refusal')}`] : []
  return [...told, ...more].map(printableLine)
}

function refusal(denial: Denial, partitions: readonly NamedPartition[]): string {
  const { policies, reason, count } = denial
  const times = count === 1 ? [] : [`${whole(count)} times`]
  const by = [...policies, ...times].join(', ')
  return `${askedInWords(denial, partitions)}: ${reasonInWords(reason)}${by === '' ? '' : ` (${by})`}`
}

/** What is not in the corpus, by reason, with the first names. */
export function leftOutFact({ omitted }: Pick<Answer, 'omitted'>): string | undefined {
  return named(omitted.filter(isLeftOut))
}

/** What is in the corpus with its secrets overwritten. */
export function maskedFact({ omitted }: Pick<Answer, 'omitted'>): string | undefined {
  return named(omitted.filter(({ code }) => code === 'masked'))
}

/** What is in the corpus without a part that was not read. */
export function partlyFact({ omitted }: Pick<Answer, 'omitted'>): string | undefined {
  return named(omitted.filter(({ code }) => code === 'partly'))
}

function named(omitted: Answer['omitted']): string | undefined {
  if (omitted.length === 0) return undefined
  const groups = Map.groupBy(omitted, ({ reason }) => reason)
  const told = [...groups].map(([reason, files]) => {
    const names = files.slice(0, TOLD).map(({ doc }) => doc)
    const more = files.length > TOLD ? ` and ${whole(files.length - TOLD)} more` : ''
    return `${names.join(', ')}${more} (${reason})`
  })
  return printableLine(told.join(' · '))
}

/** `310 of 5,400 bytes`, `1.2 of 20.0 MB`: the unit once where both have it. */
function part(some: number, all: number): string {
  const [left, right] = [size(some), size(all)]
  const unit = right.slice(right.indexOf(' '))
  return left.endsWith(unit) ? `${left.slice(0, -unit.length)} of ${right}` : `${left} of ${right}`
}

function percent(part: number, all: number): string {
  const share = (100 * part) / all
  if (part === 0 || part >= all) return `${share.toFixed(0)} %`
  return share < 1 ? 'under 1 %' : share > 99 ? 'over 99 %' : `${share.toFixed(0)} %`
}

import { counted, dollars, type JsonObject, seconds, size, whole } from '@writ/contract'
import type { ArmResult, Estimate, Evaluation, EvaluationItem, Measures } from '../../index.ts'
import { cellText, tableLines } from '../answer/table.ts'
import { cutToWidth } from '../display-width.ts'

/** How an evaluation is printed. */
export interface EvaluationScreen {
  readonly width: number
  /** Every answer that missed its gold, not the first few. */
  readonly all: boolean
  /** What a command that is named needs besides, to work in the same home. */
  readonly options: string
  /** Where all of it was written. */
  readonly out: string | undefined
}

const SHOWN_MISSES = 10
const ID_CHARS = 13
/** Columns of a line about an answer where no terminal says how many there are: an answer can be of any length. */
const MISS_COLUMNS = 200

/** An evaluation for people: arms side by side, what went wrong, thresholds, and where the evidence is. */
export function evaluationLines(evaluation: Evaluation, screen: EvaluationScreen): readonly string[] {
  const { width } = screen
  return [
    ...headLines(evaluation),
    '',
    ...table(evaluation.arms.map(qualityRow), width),
    '',
    ...table(evaluation.arms.map(costRow), width),
    'means of a question, with 95 % intervals over the questions (paired bootstrap)',
    ...missLines(evaluation, screen),
    ...thresholdLines(evaluation),
    '',
    spentLine(evaluation),
    ...evidenceLines(evaluation, screen),
    verdictLine(evaluation),
  ]
}

function headLines({ evaluation, questions, documents, bytes, arms, repeat }: Evaluation): readonly string[] {
  const without = questions.filter(({ gold }) => gold === null).length
  const often = repeat === 1 ? '' : `, each ${repeat} times`
  return [
    `evaluation ${evaluation}: ${counted(questions.length, 'question')} over ${counted(documents, 'document')} (${size(bytes)}), ${counted(arms.length, 'arm')}${often}`,
    ...(without === 0
      ? []
      : [
          `${counted(without, 'question has', 'questions have')} no gold and ${without === 1 ? 'is' : 'are'} not scored`,
        ]),
  ]
}

function table(rows: readonly JsonObject[], width: number): readonly string[] {
  return tableLines({ columns: Object.keys(rows[0] ?? {}), rows }, width)
}

function qualityRow({ name, strategy, models, measures, difference, runs, failed }: ArmResult): JsonObject {
  const by = models.root === models.sub ? models.root : `${models.root} + ${models.sub}`
  return {
    arm: name,
    model: by,
    strategy,
    accuracy: estimateText(measures.accuracy, (value) => value.toFixed(3)),
    'against first': difference === null ? '–' : estimateText(difference.accuracy, signed),
    runs,
    failed,
  }
}

function costRow({ name, measures }: ArmResult): JsonObject {
  return {
    arm: name,
    latency: estimateText(measures.latencyMs, seconds),
    cost: estimateText(measures.costMicroUsd, meanCost, measures.calls === null ? '–' : 'unknown'),
    tokens: estimateText(measures.tokens, (value) => whole(Math.round(value))),
    calls: estimateText(measures.calls, (value) => String(Number(value.toFixed(1)))),
  }
}

function estimateText(
  estimate: Measures<Estimate>[keyof Measures<Estimate>],
  text: (value: number) => string,
  none = '–',
): string {
  if (estimate === null) return none
  const { mean, low, high } = estimate
  return low === high ? text(mean) : `${text(mean)} [${text(low)}, ${text(high)}]`
}

/** A mean cost in as many places as say something. */
function meanCost(microUsd: number): string {
  return dollars(Number(Math.round(microUsd).toPrecision(2)))
}

function signed(value: number): string {
  return `${value < 0 ? '−' : '+'}${Math.abs(value).toFixed(3)}`
}

/** What failed, then what scored below 1: which run it was, and what it said against what was right. */
function missLines(
  { items, questions }: Evaluation,
  { width, all, options }: EvaluationScreen,
): readonly string[] {
  const failed = items.filter(({ outcome }) => outcome === 'failed')
  const wrong = items.filter(({ outcome, score }) => outcome === 'answered' && score !== null && score < 1)
  const golds = new Map(questions.map(({ id, gold }) => [id, gold]))
  const missed = [...failed, ...wrong]
  const shown = all ? missed : missed.slice(0, SHOWN_MISSES)
  if (missed.length === 0) return []
  return [
    '',
    `${counted(failed.length, 'run')} failed and scored 0; ${counted(wrong.length, 'answer')} scored below 1 (\`writ show <run>${options}\`):`,
    ...shown.map((item) =>
      cutToWidth(
        `  ${whereText(item)}  ${saidText(item, cellText(golds.get(item.question)?.value))}`,
        Math.min(width, MISS_COLUMNS),
      ),
    ),
    ...(shown.length < missed.length
      ? [`  … and ${whole(missed.length - shown.length)} more: --full, --json or --out has all`]
      : []),
  ]
}

function whereText({ arm, question, repetition, run }: EvaluationItem): string {
  const again = repetition === 1 ? '' : ` (${repetition})`
  return `${run?.slice(0, ID_CHARS) ?? ''}  ${question}${again} · ${arm}`
}

function saidText({ outcome, score, said, reason, status }: EvaluationItem, gold: string): string {
  return outcome === 'failed'
    ? `${status ?? 'failed'}: ${cellText(reason)}`
    : `${score?.toFixed(2) ?? ''}: gold ${gold}, said ${cellText(said)}`
}

function thresholdLines({ thresholds }: Evaluation): readonly string[] {
  return thresholds.length === 0
    ? []
    : [
        '',
        ...thresholds.map(({ metric, arm, least, most, found, met }) => {
          const wanted = [
            ...(least === undefined ? [] : [`at least ${least}`]),
            ...(most === undefined ? [] : [`at most ${most}`]),
          ]
          const came = found === null ? 'not measured' : String(Number(found.toFixed(4)))
          return `${met ? 'met' : 'MISSED'}: ${metric} of ${arm} ${wanted.join(' and ')}; it is ${came}`
        }),
      ]
}

function spentLine({ spent, caps }: Evaluation): string {
  const { calls, inputTokens, outputTokens, costMicroUsd, costKnown } = spent
  const capped = [
    ...(caps.calls === null ? [] : [counted(caps.calls, 'request')]),
    ...(caps.costMicroUsd === null ? [] : [dollars(caps.costMicroUsd)]),
  ]
  const cost = `${dollars(costMicroUsd)}${costKnown ? '' : ' and what has no known price'}`
  return `spent: ${counted(calls, 'request')}, ${counted(inputTokens + outputTokens, 'token')}, ${cost}${capped.length === 0 ? '' : ` (cap: ${capped.join(', ')})`}`
}

function evidenceLines({ items }: Evaluation, { options, out }: EvaluationScreen): readonly string[] {
  const kept = items.filter(({ evidence }) => evidence !== null).length
  const named = out === undefined ? 'named by --json and --out' : `named in ${out}`
  return [
    `evidence: ${counted(kept, 'file')}, one of each run, ${named}; \`writ verify <run>${options}\` checks one`,
  ]
}

function verdictLine({ complete, passed, thresholds, items, evaluation }: Evaluation): string {
  const capped = items.filter(({ outcome }) => outcome === 'capped').length
  if (!complete)
    return `CUT SHORT: the cap was reached, and ${counted(capped, 'run')} of ${whole(items.length)} did not end; raise it and give --resume ${evaluation}`
  const missed = thresholds.filter(({ met }) => !met).length
  if (!passed) return `FAILED: ${missed} of ${counted(thresholds.length, 'threshold')} missed`
  return thresholds.length === 0 ? 'done' : `PASSED: ${counted(thresholds.length, 'threshold')} met`
}

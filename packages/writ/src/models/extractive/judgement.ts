import { answers, bestEvidence } from './evidence.ts'
import type { Question } from './question.ts'
import { analyse } from './question.ts'
import { keySentences } from './summary.ts'

/** What a leaf says of the passages of one document. */
export interface Judgement {
  readonly verdict: 'yes' | 'no'
  /** 0 to 100. */
  readonly score: number
  /** The exact words that decide it; empty when there are none. */
  readonly quote: string
}

const NONE: Judgement = { verdict: 'no', score: 0, quote: '' }

/** Judges texts by their words alone and quotes the ones that decide. */
export function judge(question: Question, texts: readonly string[]): Judgement {
  if (question.kind === 'summary' || question.ideas.length === 0) {
    const [sentence] = keySentences(texts.join('\n\n'), 1)
    return sentence === undefined ? NONE : { verdict: 'yes', score: 50, quote: sentence }
  }
  const yesOrNo = question.kind === 'which' || question.kind === 'count'
  let best = NONE
  for (const text of texts) {
    const evidence = bestEvidence(question, text)
    if (evidence === undefined) continue
    const yes = yesOrNo ? evidence.holds : answers(evidence)
    const score = Math.min(100, Math.round(evidence.score * 100))
    const stronger = yes === (best.verdict === 'yes') ? score > best.score : yes
    if (stronger) best = { verdict: yes ? 'yes' : 'no', score, quote: evidence.quote }
  }
  return best
}

/** Answers a prompt of the form `programs/leaf-prompt.ts` makes: one line of JSON. */
export function judgePassages(prompt: string): string | undefined {
  // The form is told by how the prompt starts, which no document's text can change.
  const question = /^Question: (.+)\n/.exec(prompt)?.[1]
  const body = /<passage n="1">\n([\s\S]*)\n<\/passage>/.exec(prompt)?.[1]
  if (question === undefined || body === undefined) return undefined
  const passages = body.split(/\n<\/passage>\n<passage n="\d+">\n/)
  return JSON.stringify(judge(analyse(question), passages))
}

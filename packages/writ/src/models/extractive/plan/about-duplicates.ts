import { DOCUMENT, EVERY, IN_EVERYTHING, matcher } from './nouns.ts'
import type { ExactPart } from './question-plan.ts'
import type { Masked } from './quoted.ts'

const LIST = '(?:list|show|find|enumerate|print|give|count|how\\s+many|which|what)(?:\\s+me)?'
const EACH_OTHER = '(?:\\s+of\\s+(?:each\\s+other|one\\s+another))?'
const NEAR = '(?<near>near(?:ly)?[\\s-]|almost\\s+)?'
const FORMS = [
  matcher(
    `${LIST}\\s+${EVERY}${DOCUMENT}${IN_EVERYTHING}\\s+(?:that\\s+)?are\\s+(?:exact\\s+)?${NEAR}(?:duplicates|duplicated|identical)${EACH_OTHER}${IN_EVERYTHING}`,
  ),
  matcher(
    `${LIST}\\s+${EVERY}(?:exact\\s+)?${NEAR}(?:duplicates|(?:duplicate|identical)\\s+${DOCUMENT}(?<=s))(?:\\s+are\\s+there)?${IN_EVERYTHING}`,
  ),
]

/** Reads questions about documents that are the same, or nearly: their texts decide. */
export function readDuplicates({ text }: Masked): ExactPart | undefined {
  for (const form of FORMS) {
    const groups = form.exec(text)?.groups
    if (groups !== undefined) return { kind: groups.near === undefined ? 'duplicates' : 'near-duplicates' }
  }
  return undefined
}

import { parseDocuments } from '@writ/contract'
import { answerDirectly } from './direct.ts'
import { answers, bestEvidence } from './evidence.ts'
import { judgePassages } from './judgement.ts'
import { analyse } from './question.ts'
import { keySentences } from './summary.ts'

const SUMMARY_SENTENCES = 4
const NOTHING_FOUND = 'The text does not say.'

const YES_OR_NO =
  /\b(?:(?:answer|reply|respond)\s+)?(?:with\s+)?(?:only\s+)?["']?yes["']?.{1,4}["']?no["']?\b\.?/i
const VERB_FIRST = /^(?:is|are|was|were|do|does|did|has|have|can|may|must|will)\b/i
const ABOUT_TEXT =
  /^do(?:es)? (?:the|this|these) (?:text|passage|document)s? (?:say|state|mention|contain|tell)\s*/i

/** Answers one prompt in the words of the text it holds. */
export function answerLeaf(prompt: string): string {
  return judgePassages(prompt) ?? answerDirectly(prompt) ?? answerAnyPrompt(prompt)
}

/** A prompt somebody else wrote: an instruction or question at its start or end, and a text. */
function answerAnyPrompt(prompt: string): string {
  const { instruction, text } = instructionOf(prompt)
  if (text === '') return NOTHING_FOUND
  const question = analyse(instruction.replace(YES_OR_NO, '').replace(ABOUT_TEXT, ''))
  if (question.kind === 'summary' || question.ideas.length === 0) {
    return keySentences(text, SUMMARY_SENTENCES).join(' ')
  }
  const evidence = bestEvidence(question, text)
  if (YES_OR_NO.test(instruction) || VERB_FIRST.test(instruction)) {
    return evidence?.holds === true ? `Yes: "${evidence.quote}"` : 'No.'
  }
  return evidence !== undefined && answers(evidence) ? evidence.quote : NOTHING_FOUND
}

/** What stands before the documents of the prompt; without any, the first block when it asks or commands, else the last one that does, else the first line. */
function instructionOf(prompt: string): { instruction: string; text: string } {
  const parts = parseDocuments(prompt)
  if (parts !== undefined) {
    const text = parts.documents.map((document) => document.text).join('\n\n')
    return { instruction: withoutLabel(parts.head), text }
  }
  const blocks = prompt.split(/\n\s*\n/).filter((block) => block.trim() !== '')
  if (blocks.length > 1) {
    const first = asks(blocks[0] ?? '') || !asks(blocks.at(-1) ?? '')
    const instruction = (first ? blocks[0] : blocks.at(-1)) ?? ''
    const rest = first ? blocks.slice(1) : blocks.slice(0, -1)
    return { instruction: withoutLabel(instruction), text: rest.join('\n\n') }
  }
  const [line = '', ...lines] = prompt.split('\n')
  if (lines.length > 0) return { instruction: withoutLabel(line), text: lines.join('\n') }
  const inline = /^([^:?]{3,200}[:?])\s+(\S[\s\S]*)$/.exec(prompt)
  return { instruction: inline?.[1] ?? prompt, text: inline?.[2] ?? '' }
}

function asks(block: string): boolean {
  return /\?\s*$|^(?:question|task|instruction)s?:|^(?:summari[sz]e|find|list|extract|quote|answer|tell|give|what|who|when|where|why|how|which|is|are|does|do)\b/i.test(
    block.trim(),
  )
}

function withoutLabel(block: string): string {
  return block.replace(/^(?:question|task|instruction)s?:\s*/i, '').trim()
}

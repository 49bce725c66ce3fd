import { parseDocuments } from '@writ/contract'
import { sentencesOf } from './sentences.ts'
import { letterPairs, searchWords, stemOf, wordsOf } from './words.ts'

const MOST_QUOTES = 5
const MOST_NAMED = 12

/**
 * Answers one prompt with the sentences of its text that hold words of the question, the most telling first. It judges
 * nothing: what it gives is what it found and which words it looked for, as one line of JSON.
 */
export function answerLeaf(prompt: string): string {
  const { instruction, text } = instructionOf(prompt)
  const asked = [...searchWords(instruction), ...letterPairs(instruction)].slice(0, MOST_NAMED)
  const found = passagesOf(text, asked)
  return JSON.stringify({
    judged: false,
    words: asked,
    passages: found,
    note:
      found.length > 0
        ? 'These sentences hold words of the question. The built-in model judges nothing.'
        : `None of the words was matched in the ${text.length} characters given. Other words may say the same.`,
  })
}

/** Sentences with words of a question, by how many and how rare in the text. */
function passagesOf(text: string, asked: readonly string[]): string[] {
  const sentences = sentencesOf(text).map((sentence) => ({ ...sentence, stems: stemsOf(sentence.text) }))
  const rarity = new Map(
    asked.map((word) => {
      const holding = sentences.filter((sentence) => holds(sentence, word)).length
      return [word, holding === 0 ? 0 : Math.log(1 + sentences.length / holding)]
    }),
  )
  return sentences
    .map((sentence) => ({
      sentence,
      weight: asked.reduce((sum, word) => sum + (holds(sentence, word) ? (rarity.get(word) ?? 0) : 0), 0),
    }))
    .filter(({ weight }) => weight > 0)
    .sort((a, b) => b.weight - a.weight || a.sentence.start - b.sentence.start)
    .slice(0, MOST_QUOTES)
    .map(({ sentence }) => sentence.text)
}

function stemsOf(text: string): ReadonlySet<string> {
  return new Set(wordsOf(text).map((word) => stemOf(word.toLowerCase())))
}

function holds(
  { text, stems }: { readonly text: string; readonly stems: ReadonlySet<string> },
  word: string,
): boolean {
  return stems.has(stemOf(word)) || (letterPairs(word).length > 0 && text.includes(word))
}

interface Parted {
  readonly instruction: string
  readonly text: string
}

/** A prompt in two: before its documents and their texts; without documents, the first block when it asks or commands, else the last one that does, else the first line. */
function instructionOf(prompt: string): Parted {
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

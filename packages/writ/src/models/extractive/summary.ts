import { type Sentence, sentencesOf } from './sentences.ts'
import { isStopWord, rootOf, wordsOf } from './words.ts'

/** A sentence shorter or longer than this (words) says little by itself, or too much. */
const [SHORTEST, LONGEST] = [5, 80]

/** The sentences that share most words with the rest of a text, verbatim and in their order. */
export function keySentences(text: string, most: number): string[] {
  const sentences = sentencesOf(text).map((sentence) => ({ sentence, words: contentOf(sentence) }))
  const counts = new Map<string, number>()
  for (const { words } of sentences) {
    for (const word of new Set(words)) counts.set(word, (counts.get(word) ?? 0) + 1)
  }
  const weighed = sentences
    .map(({ sentence, words }, index) => ({
      sentence,
      index,
      fits: words.length >= SHORTEST && words.length <= LONGEST,
      weight: words.reduce((sum, word) => sum + (counts.get(word) ?? 0), 0) / Math.sqrt(words.length + 1),
    }))
    .sort((a, b) => Number(b.fits) - Number(a.fits) || b.weight - a.weight || a.index - b.index)
  return weighed
    .slice(0, most)
    .sort((a, b) => a.index - b.index)
    .map(({ sentence }) => sentence.text)
}

function contentOf(sentence: Sentence): string[] {
  return wordsOf(sentence.text.toLowerCase())
    .filter((word) => !isStopWord(word))
    .map(rootOf)
}

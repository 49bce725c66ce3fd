import { Random } from '../random.ts'

const SUBJECTS = [
  'The captain',
  'Her brother',
  'An old clerk',
  'The harbour master',
  'A passing stranger',
  'The gardener',
]
const VERBS = ['remembered', 'described', 'ignored', 'repaired', 'admired', 'sold', 'mentioned', 'carried']
const THINGS = [
  'the lantern',
  'a broken clock',
  'the letters',
  'an unpaid bill',
  'the long road',
  'a grey horse',
]
const ENDS = [
  'before supper',
  'without a word',
  'in the rain',
  'as the custom was',
  'for the second time',
  'at dawn',
]

/** Sentences of our own making, for runs without texts of others. */
export function madeSentences(count: number, seed: string): string[] {
  const random = new Random(`prose\n${seed}`)
  return Array.from(
    { length: count },
    () => `${random.pick(SUBJECTS)} ${random.pick(VERBS)} ${random.pick(THINGS)} ${random.pick(ENDS)}.`,
  )
}

/** The sentences of a text, its white space collapsed. */
export function sentencesOf(text: string): string[] {
  return text
    .replace(/\s+/g, ' ')
    .split(/(?<=[.!?]) /)
    .filter((sentence) => sentence !== '')
}

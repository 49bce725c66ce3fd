import { stringMatchAll } from '@writ/contract'
import { Random } from '../random.ts'
import type { Script } from '../reply.ts'
import { block, sequence } from '../roots.ts'
import type { Tokenizer } from '../tokens.ts'
import type { SimTask } from './sim-task.ts'

/** RULER's single-needle tasks: repeated noise, an essay, and an essay whose needle is a UUID. */
export const NIAH_KINDS = ['niah_single_1', 'niah_single_2', 'niah_single_3'] as const

export type NiahKind = (typeof NIAH_KINDS)[number]

const NOISE = 'The grass is green. The sky is blue. The sun is yellow. Here we go. There and back again.'
const ROOM_FOR_ANSWER = 128
const DEPTHS = 40
const ADJECTIVES = ['brave', 'calm', 'dapper', 'eager', 'fancy', 'gentle', 'happy', 'jolly', 'kind', 'lively']
const NOUNS = [
  'acorn',
  'beacon',
  'canyon',
  'dragon',
  'ember',
  'falcon',
  'glacier',
  'hammock',
  'island',
  'jacket',
]
const FRAME_CHARS = 400

export interface Haystack {
  readonly sentences: readonly string[]
  readonly tokenizer: Tokenizer
}

/** One needle in so many tokens of text. */
export function niahTask(
  kind: NiahKind,
  tokens: number,
  seed: string,
  { sentences, tokenizer }: Haystack,
): SimTask {
  const random = new Random(`niah\n${kind}\n${tokens}\n${seed}`)
  const type = kind === 'niah_single_3' ? 'uuid' : 'number'
  const key = `${random.pick(ADJECTIVES)}-${random.pick(NOUNS)}`
  const value = type === 'uuid' ? uuid(random) : String(1_000_000 + random.below(9_000_000))
  const needle = `One of the special magic ${type}s for ${key} is: ${value}.`
  const room = tokens - ROOM_FOR_ANSWER - tokenizer.count(needle) - tokenizer.count('x'.repeat(FRAME_CHARS))
  const noise = kind === 'niah_single_1'
  const units = fill(noise ? [NOISE] : sentences, room, tokenizer)
  const place = noise
    ? random.below(units.length)
    : Math.floor((units.length * Math.round((random.below(DEPTHS) * 100) / (DEPTHS - 1))) / 100)
  const hay = [...units.slice(0, place), needle, ...units.slice(place)].join(noise ? '\n' : ' ')
  const text = `A special magic ${type} is hidden within the following text. Make sure to memorize it. I will quiz you about the ${type} afterwards.\n${hay}\n`
  return {
    id: `${kind}.${tokens}`,
    name: kind,
    question: `What is the special magic ${type} for ${key} mentioned in the provided text?`,
    context: [{ id: 'haystack.txt', text }],
    root: needleRoot(type, key),
    score: (answer) => stringMatchAll(answer, [value]),
  }
}

/** As many units as fit, one after another and again from the first. Each is counted by itself, which is never too little. */
function fill(units: readonly string[], room: number, tokenizer: Tokenizer): string[] {
  const counts = units.map((unit) => tokenizer.count(`${unit}\n`))
  const filled: string[] = []
  for (let left = room, at = 0; ; at = (at + 1) % units.length) {
    left -= counts[at] ?? 0
    if (left < 0) return filled
    filled.push(units[at] ?? '')
  }
}

function uuid(random: Random): string {
  const hex = Array.from({ length: 32 }, () => random.below(16).toString(16)).join('')
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20)}`
}

/** Looks at the text, finds the sentence by its key, has a leaf read it, and checks that what it read stands there. */
function needleRoot(type: string, key: string): Script {
  const pattern = `special magic ${type}s? for ${key} (is|are): [^ ]+[.]`
  const turns = [
    'const [listed] = await docs({ limit: 1 });\nprint(listed.id, listed.bytes, await read(listed.id, 0, 300));',
    `const { matches } = await grep('${pattern}', { limit: 5 });
const found = matches.map((match) => match.match);
print(found.length);`,
    `const said = await llm_query('SIMTASK:leaf.needle Which ${type} is it? ' + found[0]);
if (!found[0].includes(said)) throw new Error('the leaf says what is not there');
print('candidate ' + said);`,
  ]
  const last = `FINAL('The special magic ${type} for ${key} mentioned in the provided text is ' + said);`
  return sequence([...turns, last].map((code) => block(code)))
}

/** Reads the value out of a sentence. */
export const needleLeaf: Script = ({ prompt }) => /(?:is|are): (\S+)\.$/.exec(prompt.trim())?.[1] ?? 'none'

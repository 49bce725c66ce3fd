/** What a question asks for, as TREC's coarse classes and OOLONG name them. */
export const LABELS = [
  'abbreviation',
  'entity',
  'description and abstract concept',
  'human being',
  'location',
  'numeric value',
] as const

export type QuestionLabel = (typeof LABELS)[number]

export interface LabelledQuestion {
  readonly text: string
  readonly label: QuestionLabel
}

const CLASSES: Readonly<Record<string, QuestionLabel>> = {
  ABBR: 'abbreviation',
  ENTY: 'entity',
  DESC: 'description and abstract concept',
  HUM: 'human being',
  LOC: 'location',
  NUM: 'numeric value',
}

/** Reads a file of TREC. A question that stands there with two labels is left out, since no reader could tell. */
export function readTrec(file: string): LabelledQuestion[] {
  const found = new Map<string, QuestionLabel | null>()
  for (const [, code = '', text = ''] of file.matchAll(/^(\w+):\w+ (.+)$/gm)) {
    const label = CLASSES[code]
    if (label === undefined) throw new Error(`there is no class ${code}`)
    const known = found.get(text.trim())
    found.set(text.trim(), known === undefined || known === label ? label : null)
  }
  return [...found].flatMap(([text, label]) => (label === null ? [] : [{ text, label }]))
}

const ADJECTIVES = [
  'amber',
  'brass',
  'cedar',
  'dusty',
  'early',
  'frozen',
  'gilded',
  'hollow',
  'ivory',
  'jade',
]
const NOUNS = [
  'anchor',
  'bridge',
  'comet',
  'dynamo',
  'engine',
  'fiddle',
  'garden',
  'harbour',
  'inkwell',
  'kite',
]
const FORMS: readonly (readonly [QuestionLabel, (thing: string) => string])[] = [
  ['abbreviation', (thing) => `What does the abbreviation of the ${thing} stand for ?`],
  ['entity', (thing) => `What tool is used to mend the ${thing} ?`],
  ['description and abstract concept', (thing) => `How does the ${thing} work ?`],
  ['human being', (thing) => `Who made the first ${thing} ?`],
  ['location', (thing) => `Where was the ${thing} found ?`],
  ['numeric value', (thing) => `How many people saw the ${thing} ?`],
]

/** Questions of our own making, a hundred for each label. */
export function madeQuestions(): LabelledQuestion[] {
  return ADJECTIVES.flatMap((adjective) =>
    NOUNS.flatMap((noun) => FORMS.map(([label, form]) => ({ label, text: form(`${adjective} ${noun}`) }))),
  )
}

import type { Column, Place } from './column-names.ts'
import type { Condition } from './conditions.ts'
import { type Guard, none } from './guard.ts'
import { oneTruth } from './list-cells.ts'
import { nameWords } from './name-words.ts'
import { quoted, textLiteral } from './sql-text.ts'

// A column may say in words or as 0 and 1 what is so of a row: "are remote" is of those with "yes" in `remote`.

const YES = ['yes', 'y', 'true', '1'].map(textLiteral).join(', ')
const NO = ['no', 'n', 'false', '0'].map(textLiteral).join(', ')

/** Words for how something is: rows that "are children" may be those that have some. */
const QUALITY =
  /(?:[^aeiou]ed|able|ible|ive|ful|ous|ic|less)$|^(?:paid|sold|sent|open|done|remote|late|new|public|private|internal|external|urgent|absent|present|permanent|pending|missing|void|free|full|fragile|vegan|local|manual|final|legal|digital|mobile|online|offline|overdue|complete|incomplete|(?:smoker|manager|employee|member|customer|student)s?)$/iu

export function isQuality(phrase: string): boolean {
  return QUALITY.test(phrase.trim())
}

/** Rows of which a column says that it is so, by its name alone. */
export function readTruth(
  phrase: string,
  pick: (phrase: string) => Place | undefined,
): Condition | undefined {
  const place = /^\p{L}[\p{L}\p{N}_-]*$/u.test(phrase.trim()) ? pick(phrase.trim()) : undefined
  if (place === undefined || !isTruth(place.column)) return undefined
  const { name, type } = place.column
  return {
    ...place,
    equals: null,
    isPoint: true,
    isTruth: true,
    says: type === 'integer' ? `${name} = 1` : `${name} is yes`,
    sql: (c) => (type === 'integer' ? `${c} = 1` : `lower(trim(${c})) IN (${YES})`),
  }
}

function isTruth({ type }: Column): boolean {
  return type === 'text' || type === 'integer'
}

/** The column says nothing but yes and no, in one word each, and no other one says the same. */
export function truthGuards(place: Place): Guard[] {
  return [...saidElsewhere(place), ...(place.column.type === 'boolean' ? [] : yesAndNo(place))]
}

/** "Are paid" may be of a column "paid" or of a state. */
function saidElsewhere({ table, column }: Place): Guard[] {
  const word = nameWords(column.name)
    .filter((one) => !/^(?:is|has|was)$/.test(one))
    .join(' ')
  const others = table.columns.filter((one) => one !== column && one.type === 'text')
  if (others.length === 0) return []
  const words = [word, `${word}s`].map(textLiteral).join(', ')
  const held = others.map(({ name }) => `lower(trim(${quoted(name)})) IN (${words})`).join(' OR ')
  return [
    none(
      `SELECT count(*) AS n FROM ${quoted(table.name)} WHERE ${held}`,
      `Another column of ${table.doc} than ${column.name} says "${word}" as well; say which is meant.`,
    ),
  ]
}

function yesAndNo({ table, column }: Place): Guard[] {
  const [name, from] = [quoted(column.name), `FROM ${quoted(table.name)}`]
  const otherwise = `The column ${column.name} of ${table.doc} says more than yes and no.`
  if (column.type === 'integer')
    return [
      none(
        `SELECT CASE WHEN min(${name}) = 0 AND max(${name}) = 1 THEN 0 ELSE 1 END AS n ${from}`,
        otherwise,
      ),
    ]
  return [
    none(
      `SELECT CASE WHEN count(${name}) > 0 AND bool_and(lower(trim(${name})) IN (${YES}, ${NO})) THEN 0 ELSE 1 END AS n ${from} WHERE ${name} IS NOT NULL`,
      otherwise,
    ),
    oneTruth({ table, column }),
  ]
}

/** The column says more than yes and no: how many smokers there are is not how many words "smoker" holds. */
export function namesThings({ table, column }: Place): Guard[] {
  const name = quoted(column.name)
  return [
    none(
      `SELECT CASE WHEN bool_and(lower(trim(${name})) IN (${YES}, ${NO})) THEN 1 ELSE 0 END AS n FROM ${quoted(table.name)} WHERE ${name} IS NOT NULL`,
      `The column ${column.name} of ${table.doc} says yes and no, and names nothing.`,
    ),
  ]
}

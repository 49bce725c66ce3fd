import { isObject, type Json } from '@writ/contract'
import { normalForm } from './normal-form.ts'

/** Pairs of items that are weighed against each other at most; longer rests are paired in their order. */
const MOST_WEIGHED = 40_000

/**
 * Finds the item of a list that stands where each of another list does, whatever their order: equal items first, then those
 * that have most leaves in common, then what is left in its order. Gives an index for each of `places`, or undefined.
 */
export function matchItems(places: readonly Json[], items: readonly Json[]): readonly (number | undefined)[] {
  const matches = Array.from<number | undefined>({ length: places.length })
  const free = new Set(items.keys())
  const take = (place: number, item: number): void => {
    matches[place] = item
    free.delete(item)
  }
  matchEqual(places, items, take)
  const open = (): number[] => [...places.keys()].filter((place) => matches[place] === undefined)
  if (open().length * free.size <= MOST_WEIGHED) {
    for (const { place, item } of likeliest(places, items, open(), [...free]))
      if (matches[place] === undefined && free.has(item)) take(place, item)
  }
  const left = [...free]
  for (const [index, place] of open().entries()) {
    const item = left[index]
    if (item !== undefined) take(place, item)
  }
  return matches
}

function matchEqual(
  places: readonly Json[],
  items: readonly Json[],
  take: (place: number, item: number) => void,
): void {
  const equal = new Map<string | null, number[]>()
  for (const [item, value] of items.entries()) {
    const said = normalForm(value)
    const known = equal.get(said)
    if (known === undefined) equal.set(said, [item])
    else known.push(item)
  }
  for (const [place, value] of places.entries()) {
    const item = equal.get(normalForm(value))?.shift()
    if (item !== undefined) take(place, item)
  }
}

interface Pair {
  readonly place: number
  readonly item: number
  readonly common: number
}

/** Pairs with anything in common, those with most of it first. */
function likeliest(
  places: readonly Json[],
  items: readonly Json[],
  openPlaces: readonly number[],
  freeItems: readonly number[],
): readonly Pair[] {
  const leaves = new Map(freeItems.map((item) => [item, new Set(leavesOf(items[item] ?? null))]))
  const pairs = openPlaces.flatMap((place) => {
    const own = leavesOf(places[place] ?? null)
    return freeItems.map((item): Pair => {
      const common = own.filter((leaf) => leaves.get(item)?.has(leaf) === true).length
      return { place, item, common }
    })
  })
  return pairs
    .filter(({ common }) => common > 0)
    .sort((a, b) => b.common - a.common || a.place - b.place || a.item - b.item)
}

/** The leaves of a value with the names that lead to them; places in lists do not count. */
function leavesOf(value: Json): readonly string[] {
  const leaves: string[] = []
  const walk = (node: Json, path: string): void => {
    if (Array.isArray(node)) for (const item of node) walk(item, `${path}/*`)
    else if (isObject(node))
      for (const [name, member] of Object.entries(node))
        walk(member ?? null, `${path}/${JSON.stringify(name)}`)
    else {
      const said = normalForm(node)
      if (said !== null) leaves.push(`${path} ${said}`)
    }
  }
  walk(value, '')
  return leaves
}

import { isObject, type Json } from '@writ/contract'
import { matchItems } from './match-items.ts'
import { normalForm } from './normal-form.ts'

/** An answer that is compared with others. */
export interface Vote {
  readonly value: Json
  /** JSON Pointers of the leaves that it was asked for; null for an answer to the whole question. */
  readonly only: ReadonlySet<string> | null
}

/** A leaf of a value, and what the votes say there. */
export interface ComparedLeaf {
  /** JSON Pointer in the value; `-` stands for a member of a list that the value does not have. */
  readonly path: string
  /** What the value says; null where it says nothing. */
  readonly value: Json
  /** Votes that count here, and those of them that say what the value says. */
  readonly votes: number
  readonly agreeing: number
  /** Whether the value has this place, and not votes alone. */
  readonly own: boolean
  /** Whether votes were asked for this leaf alone. */
  readonly again: boolean
  /** What is said otherwise, most votes first. */
  readonly others: readonly { readonly value: Json; readonly votes: number }[]
  /** Indices of the votes that say otherwise. */
  readonly against: ReadonlySet<number>
}

/** One voice at a place: what it has there, and where that is in its own value. */
interface Voice {
  readonly here: Json | undefined
  readonly path: string
}

/** A place in the value, and whether the value has it. */
interface Place {
  readonly path: string
  readonly own: boolean
}

/** Compares a value with votes, leaf by leaf. What is compared depends on the order of the votes and on nothing else. */
export function compareVotes(value: Json, votes: readonly Vote[]): readonly ComparedLeaf[] {
  const voices = [value, ...votes.map((vote) => vote.value)].map((here): Voice => ({ here, path: '' }))
  return [...compared(voices, { path: '', own: true }, votes)]
}

function* compared(voices: readonly Voice[], place: Place, votes: readonly Vote[]): Iterable<ComparedLeaf> {
  // The value says what kind of thing stands here; where it has nothing, the first vote that has something does.
  const first = voices.find(({ here }) => here !== undefined && here !== null)?.here
  if (first === undefined || first === null) return
  const parts = Array.isArray(first)
    ? itemsOf(voices, place)
    : isObject(first)
      ? membersOf(voices, place)
      : []
  let some = false
  for (const [inner, at] of parts)
    for (const leaf of compared(inner, at, votes)) {
      some = true
      yield leaf
    }
  if (!some) yield leafOf(voices, place, votes)
}

type Part = readonly [voices: readonly Voice[], place: Place]

function membersOf(voices: readonly Voice[], { path, own }: Place): readonly Part[] {
  const members = voices.map(({ here }) => new Map(isObject(here) ? Object.entries(here) : []))
  const names = new Set(members.flatMap((each) => [...each.keys()]))
  return [...names].map((name): Part => {
    const step = `/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`
    const inner = voices.map((voice, i): Voice => ({ here: members[i]?.get(name), path: voice.path + step }))
    return [inner, { path: path + step, own }]
  })
}

/** Items of a list: those of the value, then those that only votes have. Each vote is matched to what was there before it. */
function itemsOf(voices: readonly Voice[], { path, own }: Place): readonly Part[] {
  const [value] = voices
  const ownItems = Array.isArray(value?.here) ? value.here.length : 0
  const slots: { readonly like: Json; readonly said: Map<number, Voice> }[] = []
  for (const [i, { here, path: at }] of voices.entries()) {
    const items: readonly Json[] = Array.isArray(here) ? here : []
    const voice = (item: number): Voice => ({ here: items[item], path: `${at}/${item}` })
    const likes = slots.map(({ like }) => like)
    const matches = matchItems(likes, items)
    for (const [slot, item] of matches.entries())
      if (item !== undefined) slots[slot]?.said.set(i, voice(item))
    const matched = new Set(matches)
    for (const [item, like] of items.entries())
      if (!matched.has(item)) slots.push({ like, said: new Map([[i, voice(item)]]) })
  }
  return slots.map(({ said }, slot): Part => {
    const inner = voices.map((_, i) => said.get(i) ?? { here: undefined, path: '-' })
    const isOwn = slot < ownItems
    return [inner, { path: `${path}/${isOwn ? slot : '-'}`, own: own && isOwn }]
  })
}

function leafOf([value, ...voices]: readonly Voice[], place: Place, votes: readonly Vote[]): ComparedLeaf {
  const mine = normalForm(value?.here)
  const others = new Map<string | null, { value: Json; votes: number }>()
  const against = new Set<number>()
  let counted = 0
  let again = false
  for (const [i, { here, path: at }] of voices.entries()) {
    const only = votes[i]?.only ?? null
    if (only !== null && !only.has(at)) continue
    again ||= only !== null
    counted += 1
    const said = normalForm(here)
    if (said === mine) continue
    against.add(i)
    const other = others.get(said) ?? { value: here ?? null, votes: 0 }
    other.votes += 1
    others.set(said, other)
  }
  return {
    ...place,
    value: value?.here ?? null,
    votes: counted,
    agreeing: counted - against.size,
    again,
    others: [...others.values()].sort((a, b) => b.votes - a.votes),
    against,
  }
}

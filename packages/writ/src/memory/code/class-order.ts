import type { Sym } from './code-symbols.ts'

/** Longer chains of classes are not followed. */
const LONGEST_CHAIN = 64

/** A member of a class, and whether a class that is not known may have it instead. */
export interface FoundMember {
  readonly sym: Sym
  readonly loose: boolean
}

/** What a class extends, in order; null where that is no class in reach. */
export type BasesOf = (sym: Sym) => readonly (Sym | null)[]

type Side = 'fixed' | 'ofInstance'

/** The order in which classes are looked through for a member: the one that Python has, which for one base is its chain. */
export class ClassOrder {
  readonly #bases: BasesOf
  readonly #orders = new Map<Sym, readonly (Sym | null)[]>()
  readonly #heirs = new Map<Sym, readonly Sym[]>()

  constructor(bases: BasesOf) {
    this.#bases = bases
  }

  /** Forgets what was found, where what names lead to is known better. */
  clear(): void {
    this.#orders.clear()
    this.#heirs.clear()
  }

  of(sym: Sym, depth = 0): readonly (Sym | null)[] {
    const known = this.#orders.get(sym)
    if (known !== undefined) return known
    if (depth > LONGEST_CHAIN) return [sym, null]
    // A class that extends itself is looked through once.
    this.#orders.set(sym, [sym])
    const bases = this.#bases(sym)
    const rest = merged([...bases.map((base) => (base === null ? [null] : this.of(base, depth + 1))), bases])
    const order = [sym, ...rest.filter((one) => one !== sym)]
    this.#orders.set(sym, order)
    return order
  }

  member(sym: Sym, name: string, side: Side): FoundMember | undefined {
    return first(this.of(sym), name, side)
  }

  /** A member of what comes behind a class, in the order of one that extends it. */
  behind(sym: Sym, of: Sym, name: string, side: Side): FoundMember | undefined {
    const order = this.of(of)
    return first(order.slice(order.indexOf(sym) + 1), name, side)
  }

  /** All that extends a class. */
  heirs(sym: Sym): readonly Sym[] {
    const known = this.#heirs.get(sym)
    if (known !== undefined) return known
    const found = new Set([sym])
    for (const one of found) for (const extending of one.extended) found.add(extending)
    found.delete(sym)
    const heirs = [...found]
    this.#heirs.set(sym, heirs)
    return heirs
  }
}

function first(order: readonly (Sym | null)[], name: string, side: Side): FoundMember | undefined {
  let loose = false
  for (const one of order) {
    const sym = one?.[side].get(name)
    if (sym !== undefined) return { sym, loose }
    loose ||= one === null
  }
  return undefined
}

/** The linearization C3. Where there is none, nothing in it is sure. */
function merged(given: readonly (readonly (Sym | null)[])[]): readonly (Sym | null)[] {
  const lists = given.map((list) => [...list]).filter((list) => list.length > 0)
  if (lists.length <= 2 && given.at(-1)?.length === 1) return given[0] ?? []
  const order: (Sym | null)[] = []
  for (;;) {
    const left = lists.filter((list) => list.length > 0)
    if (left.length === 0) return order
    const head = left.find(
      ([one]) => one === null || left.every((list) => list.indexOf(one ?? null, 1) < 0),
    )?.[0]
    if (head === undefined) return [...order, null, ...new Set(left.flat())]
    if (head === null) {
      order.push(null)
      for (const list of left) if (list[0] === null) list.shift()
      continue
    }
    order.push(head)
    for (const list of left) if (list[0] === head) list.shift()
  }
}

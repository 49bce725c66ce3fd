import type { Sym } from './code-symbols.ts'

/** Longer chains of classes are not followed. */
const LONGEST_CHAIN = 64

/** A class; or one that is not in reach; or that another may stand in the place of the next. */
export type Ordered = Sym | 'unknown' | 'perhaps'

/** A member of a class, and whether it may be another: of a class that is not known, or that stands there instead. */
export interface FoundMember {
  readonly sym: Sym
  readonly loose: boolean
  readonly isUnknown: boolean
}

/** What a class extends, in order. */
export type BasesOf = (sym: Sym) => readonly Ordered[]

type Side = 'fixed' | 'ofInstance'

/** The order in which classes are looked through for a member: the one that Python has, which for one base is its chain. */
export class ClassOrder {
  readonly #bases: BasesOf
  readonly #orders = new Map<Sym, readonly Ordered[]>()
  readonly #heirs = new Map<Sym, readonly Sym[]>()

  constructor(bases: BasesOf) {
    this.#bases = bases
  }

  /** Forgets what was found, where what names lead to is known better. */
  clear(): void {
    this.#orders.clear()
    this.#heirs.clear()
  }

  of(sym: Sym, depth = 0): readonly Ordered[] {
    const known = this.#orders.get(sym)
    if (known !== undefined) return known
    if (depth > LONGEST_CHAIN) return [sym, 'unknown']
    // A class that extends itself is looked through once.
    this.#orders.set(sym, [sym])
    const bases = this.#bases(sym)
    const rest = merged([
      ...bases.map((base) => (typeof base === 'string' ? [base] : this.of(base, depth + 1))),
      bases,
    ])
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

function first(order: readonly Ordered[], name: string, side: Side): FoundMember | undefined {
  let loose = false
  let isUnknown = false
  for (const one of order) {
    const sym = typeof one === 'string' ? undefined : one[side].get(name)
    if (sym !== undefined) return { sym, loose, isUnknown }
    loose ||= typeof one === 'string'
    isUnknown ||= one === 'unknown'
  }
  return undefined
}

/** The linearization C3. Where there is none, nothing in it is sure. */
function merged(given: readonly (readonly Ordered[])[]): readonly Ordered[] {
  const lists = given.map((list) => [...list]).filter((list) => list.length > 0)
  if (lists.length <= 2 && given.at(-1)?.length === 1) return given[0] ?? []
  const order: Ordered[] = []
  for (;;) {
    const left = lists.filter((list) => list.length > 0)
    if (left.length === 0) return order
    const head = left.find(
      ([one]) => typeof one === 'string' || left.every((list) => !isBehind(list, one)),
    )?.[0]
    if (head === undefined) return [...order, 'unknown', ...new Set(left.flat())]
    order.push(head)
    for (const list of left) if (list[0] === head) list.shift()
  }
}

function isBehind(list: readonly Ordered[], one: Ordered | undefined): boolean {
  return one !== undefined && list.indexOf(one, 1) > 0
}

import { pointerToken } from './shape.ts'

/** A string, number or boolean in a JSON value. */
export interface Leaf {
  /** JSON pointer. */
  readonly path: string
  readonly value: string | number | boolean
}

/** The leaves of a JSON value, members in the order of canonical JSON. Keeps its own stack: values nest as they like. */
export function* leavesOf(value: unknown): Generator<Leaf> {
  const open: [string, unknown][] = [['', value]]
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const [path, node] = next
    if (typeof node === 'string' || typeof node === 'number' || typeof node === 'boolean') {
      yield { path, value: node }
    } else if (typeof node === 'object' && node !== null) {
      for (const [key, child] of membersOf(node).reverse()) open.push([`${path}/${pointerToken(key)}`, child])
    }
  }
}

function membersOf(node: object): [string, unknown][] {
  const members = Object.entries(node)
  return Array.isArray(node) ? members : members.sort(([a], [b]) => (a < b ? -1 : 1))
}

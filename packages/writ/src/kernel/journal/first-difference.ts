/** Where two JSON values first differ: an RFC 6901 pointer, what is recorded there and what was found; null is absent. */
export interface Difference {
  readonly pointer: string
  readonly expected: unknown
  readonly found: unknown
}

/** The first difference of two JSON values, in the order of sorted keys; undefined when they are equal. */
export function firstDifference(expected: unknown, found: unknown, pointer = ''): Difference | undefined {
  if (expected === found) return undefined
  if (!isContainer(expected) || !isContainer(found) || Array.isArray(expected) !== Array.isArray(found))
    return { pointer, expected: expected ?? null, found: found ?? null }
  const [left, right] = [new Map(Object.entries(expected)), new Map(Object.entries(found))]
  const keys = [...new Set([...left.keys(), ...right.keys()])]
  if (!Array.isArray(expected)) keys.sort()
  for (const key of keys) {
    const difference = firstDifference(left.get(key), right.get(key), `${pointer}/${escaped(key)}`)
    if (difference !== undefined) return difference
  }
  return undefined
}

function isContainer(value: unknown): value is object {
  return typeof value === 'object' && value !== null
}

function escaped(key: string): string {
  return key.replaceAll('~', '~0').replaceAll('/', '~1')
}

import { isObject, type Json } from '@writ/contract'

/** A copy of a value with another leaf at each of the places that JSON Pointers name; members that are missing are added. */
export function withLeaves(value: Json, leaves: ReadonlyMap<string, Json>, path = ''): Json {
  const leaf = leaves.get(path)
  if (leaf !== undefined) return leaf
  if (Array.isArray(value)) return value.map((item: Json, i) => withLeaves(item, leaves, `${path}/${i}`))
  const below = [...leaves.keys()].filter((at) => at.startsWith(`${path}/`))
  if (below.length === 0) return value
  const members = new Map(isObject(value) ? Object.entries(value) : [])
  const tokens = below.map((at) => at.slice(path.length + 1).split('/', 1)[0] ?? '')
  const names = new Set([...members.keys(), ...tokens.map(unescaped)])
  return Object.fromEntries(
    [...names].map((name) => [
      name,
      withLeaves(members.get(name) ?? null, leaves, `${path}/${escaped(name)}`),
    ]),
  )
}

function escaped(name: string): string {
  return name.replaceAll('~', '~0').replaceAll('/', '~1')
}

function unescaped(token: string): string {
  return token.replaceAll('~1', '/').replaceAll('~0', '~')
}

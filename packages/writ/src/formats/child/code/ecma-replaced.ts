import { type EcmaSource, memberName } from './ecma-source.ts'
import { field, type Syntax } from './syntax.ts'

/** Members of an object that something behind them replaces: a member of the same name surely, a spread perhaps. */
export function replacements(source: EcmaSource, object: Syntax): ReadonlyMap<Syntax, 'surely' | 'perhaps'> {
  const found = new Map<Syntax, 'surely' | 'perhaps'>()
  const behind = new Set<string>()
  let spread = false
  for (const member of object.kids.toReversed()) {
    if (member.type === 'spread_element') {
      spread = true
      continue
    }
    const isShort = member.type === 'shorthand_property_identifier'
    const name = memberName(source, isShort ? member : (field(member, 'key') ?? field(member, 'name')))
    if (name === undefined) continue
    if (behind.has(name)) found.set(member, 'surely')
    else if (spread) found.set(member, 'perhaps')
    // A getter and a setter stand beside each other.
    if (!member.marks.some((mark) => mark === 'get' || mark === 'set')) behind.add(name)
  }
  return found
}

const QUOTE = 0x22
const BACKSLASH = 0x5c

/** The deepest nesting of a JSON text, found without recursion. */
export function jsonDepth(json: string): number {
  let [depth, deepest, quoted] = [0, 0, false]
  for (let at = 0; at < json.length; at += 1) {
    const unit = json.charCodeAt(at)
    if (quoted) {
      if (unit === BACKSLASH) at += 1
      else if (unit === QUOTE) quoted = false
    } else if (unit === QUOTE) quoted = true
    else if (unit === 0x5b || unit === 0x7b) {
      depth += 1
      deepest = Math.max(deepest, depth)
    } else if (unit === 0x5d || unit === 0x7d) depth -= 1
  }
  return deepest
}

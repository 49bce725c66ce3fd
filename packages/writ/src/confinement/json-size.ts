/** How large a JSON text may be before it is parsed. */
export interface JsonSize {
  /** Bytes of its UTF-8. */
  readonly bytes: number
  /** Lists, objects, and what stands in them: brackets, commas and colons outside of texts. */
  readonly items: number
  readonly depth: number
}

/**
 * Whether a JSON text is small enough to parse: what it becomes takes memory by its structure, a hundred times its length
 * at worst. What is no JSON is measured as far as a parser would read it.
 */
export function isWithin(json: string, most: JsonSize): boolean {
  if (Buffer.byteLength(json) > most.bytes) return false
  let items = 0
  let depth = 0
  for (let at = 0; at < json.length; at += 1)
    switch (json[at]) {
      case '"':
        at = endOfText(json, at)
        break
      case '[':
      case '{':
        depth += 1
        items += 1
        if (depth > most.depth || items > most.items) return false
        break
      case ']':
      case '}':
        depth -= 1
        break
      case ',':
      case ':':
        items += 1
        if (items > most.items) return false
    }
  return true
}

/** Where the text ends that begins at `from`: at the next quote that no backslash escapes. */
function endOfText(json: string, from: number): number {
  for (let end = json.indexOf('"', from + 1); end !== -1; end = json.indexOf('"', end + 1)) {
    let backslashes = 0
    while (json[end - 1 - backslashes] === '\\') backslashes += 1
    if (backslashes % 2 === 0) return end
  }
  return json.length
}

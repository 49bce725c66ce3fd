/** The tag of a name with the shortest number that no text holds, whatever digits follow it and however it is written. */
export function unusedTag(name: string, texts: readonly string[]): string {
  const numbered = new RegExp(`${name}(\\d+)`, 'gi')
  const held = new Set<string>()
  for (const text of texts) for (const [, digits = ''] of text.matchAll(numbered)) held.add(digits)
  for (let least = 1; ; least *= 10) {
    const { length } = String(least)
    const used = new Set([...held].map((digits) => digits.slice(0, length)))
    for (let number = least; number < least * 10; number += 1)
      if (!used.has(String(number))) return `${name}${number}`
  }
}

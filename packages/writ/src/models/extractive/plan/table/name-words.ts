/** Signs in names that stand for words, and words that are written short. */
const IN_FULL: Readonly<Record<string, string>> = {
  '%': 'percent',
  $: 'dollar',
  '€': 'eur',
  '£': 'gbp',
  dept: 'department',
  qty: 'quantity',
  amt: 'amount',
  cust: 'customer',
  emp: 'employee',
}

/** The words of a name, in lower case and the last one in the singular. */
export function nameWords(name: string): readonly string[] {
  const words = wordsOf(name)
  return words.length === 0 ? words : [...words.slice(0, -1), singular(words.at(-1) ?? '')]
}

/** The words of a name as they are, in lower case. */
export function wordsOf(name: string): readonly string[] {
  const words = name
    // In brackets "min" is no least value.
    .replace(/[([]\s*mins?\s*[)\]]\s*$/iu, ' minute')
    .replaceAll(/(?<=[\p{Ll}\p{N}])(?=\p{Lu})/gu, ' ')
    .toLowerCase()
    .match(/[\p{L}\p{N}]+|[%$€£]/gu)
  return (words ?? []).map((word) => IN_FULL[word] ?? word)
}

export function singular(word: string): string {
  if (/[^aeiou]ies$/.test(word)) return `${word.slice(0, -3)}y`
  if (/(?:ss|sh|ch|x|zz)es$/.test(word)) return word.slice(0, -2)
  return /[^su]s$/.test(word) && word.length > 3 ? word.slice(0, -1) : word
}

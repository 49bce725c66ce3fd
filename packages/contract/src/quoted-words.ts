/**
 * Characters that are compared at most, over all texts looked for. What would take more counts as not there, so that no
 * value keeps its host busy. It is counted, not timed, so that it comes out the same everywhere.
 */
const MOST_COMPARED = 64 * 1024 * 1024
/** What a place costs beside the characters compared there. */
const PLACE_COST = 32
/** More than a quote has characters. */
const QUOTE_STEP = 2 ** 31

/** Letters, digits and marks of one unit each; what takes two units touches nothing. */
const WORD = /(?:(?![\u{10000}-\u{10ffff}])[\p{L}\p{N}\p{M}_])+/gu

/** Quotes, and where each of their words stands: texts are looked for at the places of their rarest word only. */
export class QuotedWords {
  readonly #quotes: readonly string[]
  /** Where a word stands: quote · 2^31 + offset. */
  readonly #places = new Map<string, number[]>()
  #left = MOST_COMPARED

  constructor(quotes: readonly string[]) {
    this.#quotes = quotes
    for (const [i, quote] of quotes.entries()) {
      for (const { 0: word, index } of quote.matchAll(WORD)) {
        const places = this.#places.get(word)
        if (places === undefined) this.#places.set(word, [i * QUOTE_STEP + index])
        else places.push(i * QUOTE_STEP + index)
      }
    }
  }

  /** Whether a text occurs in a quote with no letter, digit or mark touching one of its own at either end. */
  hold(text: string): boolean {
    // Nothing touches a text at its ends, so its words are whole words of the quote.
    const words = [...text.matchAll(WORD)].map(({ 0: word, index }) => ({
      places: this.#places.get(word) ?? [],
      index,
    }))
    if (words.length === 0) return text !== '' && this.#quotes.some((quote) => this.#includes(quote, text))
    const { places, index } = words.reduce(
      (a, b) => (b.places.length < a.places.length ? b : a),
      words[0] ?? NOWHERE,
    )
    for (const place of places) {
      if (this.#left < 0) return false
      const quote = this.#quotes[Math.floor(place / QUOTE_STEP)] ?? ''
      if (this.#standsAt(quote, (place % QUOTE_STEP) - index, text)) return true
    }
    return false
  }

  #standsAt(quote: string, at: number, text: string): boolean {
    if (at < 0 || !this.#mayCompare(PLACE_COST + text.length) || !quote.startsWith(text, at)) return false
    const [before = '', after = ''] = [quote[at - 1], quote[at + text.length]]
    return !(joins(before) && joins(text[0] ?? '')) && !(joins(text.at(-1) ?? '') && joins(after))
  }

  #includes(quote: string, text: string): boolean {
    return this.#mayCompare(quote.length) && quote.includes(text)
  }

  #mayCompare(characters: number): boolean {
    this.#left -= characters
    return this.#left >= 0
  }
}

const NOWHERE: { readonly places: readonly number[]; readonly index: number } = { places: [], index: 0 }

function joins(unit: string): boolean {
  return /[\p{L}\p{N}\p{M}_]/u.test(unit)
}

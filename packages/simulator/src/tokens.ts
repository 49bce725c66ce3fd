/** How a server counts tokens and cuts a text to so many. */
export interface Tokenizer {
  count(text: string): number
  /** The longest beginning of a text that has at most so many tokens. */
  cut(text: string, tokens: number): string
}

/** What a token is taken for where nothing counts them. */
export const CHARS_PER_TOKEN = 4

/** Calls four characters a token: quick, and the same on both sides of every comparison. */
export const FOUR_CHARS: Tokenizer = {
  count: (text) => Math.ceil(text.length / CHARS_PER_TOKEN),
  cut: (text, tokens) => text.slice(0, tokens * CHARS_PER_TOKEN),
}

/** The o200k tokens of current models of OpenAI. Its table takes half a second to load, so it is loaded when asked for. */
export async function o200k(): Promise<Tokenizer> {
  const { countTokens, decode, encode } = await import('gpt-tokenizer/encoding/o200k_base')
  const plain = { disallowedSpecial: new Set<string>() } // what looks like a special token is text here
  return {
    count: (text) => countTokens(text, plain),
    cut: (text, tokens) => (text.length <= tokens ? text : decode(encode(text, plain).slice(0, tokens))),
  }
}

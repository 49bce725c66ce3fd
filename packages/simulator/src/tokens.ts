/** There is no tokenizer here: four characters are called a token, on both sides of every comparison. */
const CHARS_PER_TOKEN = 4

/** Tokens the simulator counts for so many characters. */
export function simTokens(chars: number): number {
  return Math.ceil(chars / CHARS_PER_TOKEN)
}

/** The longest text of at most so many tokens. */
export function cutToTokens(text: string, tokens: number): string {
  return text.slice(0, tokens * CHARS_PER_TOKEN)
}

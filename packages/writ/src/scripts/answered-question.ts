/** A text of `meta.answers` in which `{member}` stands for a text of the input. */
const PLACE = /\{(\w+)\}/

/**
 * What a question gives to the places of the first text that it fits; undefined where it fits none. Case, spaces and the
 * mark at the end do not matter, all else does.
 */
export function answeredQuestion(
  answers: readonly string[],
  question: string,
): Readonly<Record<string, string>> | undefined {
  for (const answer of answers) {
    const given = fit(plain(answer), plain(question))
    if (given !== undefined) return given
  }
  return undefined
}

function fit(answer: string, question: string): Readonly<Record<string, string>> | undefined {
  const [before = '', member, after = ''] = answer.split(PLACE)
  const begins = question.toLowerCase().startsWith(before.toLowerCase())
  if (member === undefined) return begins && question.length === before.length ? {} : undefined
  const ends = question.toLowerCase().endsWith(after.toLowerCase())
  const given = question.slice(before.length, question.length - after.length).trim()
  return begins && ends && given !== '' ? { [member]: given } : undefined
}

function plain(text: string): string {
  return text
    .trim()
    .replaceAll(/\s+/gu, ' ')
    .replace(/[?.!]+$/u, '')
    .trim()
}

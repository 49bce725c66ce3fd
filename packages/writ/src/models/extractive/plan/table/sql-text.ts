// Names and texts as they are written in a query.

export function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`
}

export function textLiteral(text: string): string {
  return `'${text.replaceAll("'", "''")}'`
}

/** The same of a text that is known. */
export function foldedText(text: string): string {
  return text
    .normalize('NFC')
    .replaceAll(/[\s\p{Z}\p{Cf}]+/gu, ' ')
    .trim()
    .toLowerCase()
}

/** A text without what differs where a name is written in two ways: case, spaces, signs that are not seen, how accents are encoded, marks of footnotes. */
export function folded(text: string): string {
  return `lower(trim(regexp_replace(regexp_replace(nfc_normalize(${text}), '[\\s\\p{Z}\\p{Cf}]+', ' ', 'g'), '(\\[[A-Za-z0-9]{1,3}\\]|[*†‡§¹]+)\\s*$', '')))`
}

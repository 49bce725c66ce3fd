// Names and texts as they are written in a query.

export function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`
}

export function textLiteral(text: string): string {
  return `'${text.replaceAll("'", "''")}'`
}

/** A text without what differs where a name is written in two ways: its case, its spaces, signs that are not seen, and how accents are encoded. */
export function folded(text: string): string {
  return `lower(trim(regexp_replace(nfc_normalize(${text}), '[\\s\\p{Z}\\p{Cf}]+', ' ', 'g')))`
}

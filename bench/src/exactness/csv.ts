/** The rows of a CSV text (RFC 4180), each by the names of the first one. */
export function csvRows(text: string): Readonly<Record<string, string>>[] {
  const [names = [], ...rows] = cells(text)
  return rows.map((row) => Object.fromEntries(names.map((name, n) => [name, row[n] ?? ''])))
}

function cells(text: string): string[][] {
  const rows: string[][] = []
  let row: string[] = []
  for (const [, quoted, plain = '', end] of text.matchAll(/(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r?\n|$)/g)) {
    row.push(quoted?.replaceAll('""', '"') ?? plain)
    if (end === ',') continue
    if (row.length > 1 || row[0] !== '') rows.push(row)
    row = []
  }
  return rows
}

import type { ContextStore } from '@writ/contract'

const WORDS =
  'harbour lantern meadow orchard pebble quarry ribbon saddle timber umbrella valley willow yarn zephyr'.split(
    ' ',
  )

/** A text of a few kilobytes that its number decides: headings, paragraphs, or rows of a table. */
export function corpusText(n: number): string {
  const word = (at: number): string => WORDS[(n * 7 + at * 5 + ((n * at) % 11)) % WORDS.length] ?? ''
  if (n % 3 === 2) {
    const rows = Array.from({ length: 60 }, (_, row) => `${row},${word(row)},${n * row}`)
    return ['id,name,amount', ...rows].join('\n')
  }
  const paragraphs = Array.from({ length: 12 }, (_, at) => {
    const text = Array.from({ length: 40 }, (__, place) => word(at * 40 + place)).join(' ')
    return `${n % 3 === 0 && at % 4 === 0 ? `# ${word(at)} ${word(at + 1)} ${n}\n\n` : ''}${text} number${n}.`
  })
  return paragraphs.join('\n\n')
}

/** Everything that a store says of its documents and finds in them; not where it keeps them. */
export async function answersOf(store: ContextStore): Promise<unknown> {
  const anything = { ignoreCase: false, before: 1, after: 0 }
  const all = await Promise.all(
    store.partitions.map(async (known) => {
      const { packSha256: _, ...partition } = known
      const { id } = known
      const documents = store.documents(id)
      const some = documents.filter((__, at) => at % 5 === 0)
      const tables = store.tables(id)
      return {
        id,
        partition,
        documents,
        passages: await Promise.all(
          ['harbour', 'lantern meadow number7', 'number12 zephyr', 'amount', 'new'].map((query) =>
            store.search(id, { query, k: 7 }),
          ),
        ),
        matches: await Promise.all(
          ['number1\\b', 'timber', 'absent', '^3,'].map((pattern) =>
            store.grep(id, { ...anything, pattern, limit: 25 }),
          ),
        ),
        texts: await Promise.all(documents.map(({ id: doc, bytes }) => store.read(doc, 0, bytes))),
        outlines: await Promise.all(some.map(({ id: doc }) => store.outline(doc))),
        tables,
        rows: await Promise.all(tables.map((table) => store.tableRows(table, 0))),
      }
    }),
  )
  return { all, omitted: store.omitted, skipped: store.skipped }
}

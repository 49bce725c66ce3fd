// Makes a table of the corpus: a row for every document, and for every cell the words it rests on. A model fills in the row;
// code holds each cell against its quote. What does not stand there is null, with the reason.

export const meta = {
  name: 'extract-table',
  description: 'a row for each document with the columns that are asked for, each cell quoted or null',
  input: {
    type: 'object',
    properties: {
      columns: {
        type: 'array',
        minItems: 1,
        maxItems: 12,
        description: 'what is taken from each document: {name, description, schema}',
        items: {
          type: 'object',
          properties: {
            name: { type: 'string', pattern: '^[A-Za-z][A-Za-z0-9_]{0,39}$' },
            description: { type: 'string', maxLength: 500 },
            // JSON Schema of a value that is there; a text when it is left out. `format: "date"` for a day.
            schema: { type: 'object' },
          },
          required: ['name'],
          additionalProperties: false,
        },
      },
      passages: {
        type: 'integer',
        minimum: 1,
        maximum: 2,
        description: 'passages shown for each column of a document that is too long to be shown whole; 2',
      },
    },
    required: ['columns'],
    additionalProperties: false,
  },
  limits: { promptBytes: 131_072 },
  output: {
    type: 'array',
    items: {
      type: 'object',
      properties: {
        doc: { type: 'string' },
        // A member for each column, then where each stands: {quote, start, end}, or {missing} with the reason.
        cells: { type: 'object' },
      },
      required: ['doc', 'cells'],
    },
  },
}

const WHOLE_BYTES = 24_000
const { columns } = input
const passages = input.passages ?? 2
const names = columns.map(({ name }) => name)
if (names.includes('doc') || names.includes('cells')) throw new Error('No column is called doc or cells.')
if (new Set(names).size < names.length) throw new Error('Two columns have the same name.')

const asked = `Fill in one row of a table from the text. Take nothing but what the text says, and guess nothing.
For each column give a value and the words of the text that say it, copied exactly. Where the text does not say it, both are null.

Columns:
${columns.map(({ name, description }) => `- ${name}: ${description ?? name}`).join('\n')}`

// The row is an object of cells: each a value that fits, with its quote, or both null.
const row = {
  type: 'object',
  properties: Object.fromEntries(columns.map(({ name, schema }) => [name, cellOf(schema)])),
  required: names,
  additionalProperties: false,
}

FINAL(await map(await docs(), extracted, { calls: 2 }))

function cellOf(schema) {
  return {
    type: 'object',
    properties: {
      value: { anyOf: [schema ?? { type: 'string' }, { type: 'null' }] },
      quote: { type: ['string', 'null'] },
    },
    required: ['value', 'quote'],
    additionalProperties: false,
  }
}

async function extracted(doc) {
  const spans = doc.bytes === 0 ? [] : await spansOf(doc)
  let said = null
  let missing = 'the document is empty'
  if (spans.length > 0) {
    try {
      said = await llm_query(asked, { spans, schema: row })
    } catch (error) {
      if (error.name !== 'InvalidReply') throw error
      missing = 'the model gave no row that fits'
    }
  }
  const checked = []
  for (const column of columns)
    checked.push(said === null ? { value: null, missing } : await held(spans, column, said[column.name]))
  const values = Object.fromEntries(checked.map(({ value }, at) => [names[at], value]))
  const cells = Object.fromEntries(checked.map(({ value: _value, ...cell }, at) => [names[at], cell]))
  return { doc: doc.id, ...values, cells }
}

// The document, or of a long one its beginning and the passages whose words fit the columns, in order.
async function spansOf(doc) {
  const first = { doc: doc.id, start: 0, end: Math.min(doc.bytes, WHOLE_BYTES) }
  if (doc.bytes <= WHOLE_BYTES) return [{ ...first, text: await read(first) }]
  const found = new Map()
  const [head] = await search(doc.title, { docs: [doc.id], k: 1 })
  if (head !== undefined) found.set(head.start, head)
  for (const { name, description } of columns)
    for (const span of await search(`${name} ${description ?? ''}`, { docs: [doc.id], k: passages }))
      found.set(span.start, span)
  return [...found.values()].sort((a, b) => a.start - b.start)
}

// A cell as it is kept: what its quote says, or null.
async function held(spans, { schema }, { value, quote }) {
  if (value === null) return { value, missing: 'the model found nothing' }
  const exact = quote === null || quote.trim() === '' ? undefined : findQuote(spans, quote)
  if (exact === undefined) return { value: null, missing: 'its quote does not stand in the document' }
  const { start, end } = await cite(exact.span, exact.quote)
  if (!(await says(exact, start, end, schema ?? {}, value)))
    return { value: null, missing: 'its quote does not say it' }
  return { value, quote: exact.quote, start, end }
}

// Blanks and ends of lines count as the same; what is kept is as the document has it.
function findQuote(spans, quote) {
  const pattern = new RegExp(
    quote
      .trim()
      .split(/\s+/)
      .map((word) => word.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'))
      .join('\\s+'),
  )
  for (const span of spans) {
    const match = pattern.exec(span.text)
    if (match !== null) return { span, quote: match[0] }
  }
  return undefined
}

async function says({ span, quote }, start, end, schema, value) {
  if (schema.enum !== undefined || schema.const !== undefined) return true
  if (typeof value === 'number') return numbersOf(quote).some((number) => isSame(number, value))
  if (typeof value !== 'string') return true
  if (schema.format === 'date') {
    const { found } = await dates(span.doc, { start, limit: 20 })
    return found.some((date) => date.end <= end && date.readings.some((day) => day.slice(0, 10) === value))
  }
  const words = new Set(wordsOf(quote))
  return wordsOf(value).every((word) => words.has(word))
}

// What the numbers of a quote may say, with the word behind them that multiplies them: "5 million" says 5000000.
function numbersOf(quote) {
  const found = quote.matchAll(
    /([-\u2212\u2013(])?\p{Sc}?\s?(\d(?:[\d.,'\u2019\u00a0\u202f]*\d)?)\s?(%|\p{L}+)?/gu,
  )
  return [...found].flatMap(([, minus, digits, word = '']) =>
    readingsOf(digits).flatMap((number) =>
      factorsOf(word.toLowerCase()).map((factor) => number * factor * (minus === undefined ? 1 : -1)),
    ),
  )
}

// A point or a comma may set groups apart or be the sign of decimals: where nothing says which, it may be either.
function readingsOf(digits) {
  const plain = digits.replace(/['\u2019\u00a0\u202f]/g, '')
  const signs = plain.replace(/\d/g, '')
  const last = signs.at(-1)
  if (last === undefined) return [Number(plain)]
  const grouped = Number(plain.replace(/[.,]/g, ''))
  const at = plain.lastIndexOf(last)
  const decimal = Number(`${plain.slice(0, at).replace(/[.,]/g, '')}.${plain.slice(at + 1)}`)
  if (signs.length > 1) return [signs.replaceAll(last, '') === '' ? grouped : decimal]
  return plain.length - at === 4 ? [grouped, decimal] : [decimal]
}

// A single letter may be a unit as well.
function factorsOf(word) {
  if (word === '%') return [1, 0.01]
  if (word === 'k') return [1, 1e3]
  if (word === 'm') return [1, 1e6]
  if (word === 'b') return [1, 1e9]
  if (/^(?:hundred)$/.test(word)) return [1e2]
  if (/^(?:thousand|tsd)$/.test(word)) return [1e3]
  if (/^(?:million|millions|mn|mio|mill)$/.test(word)) return [1e6]
  if (/^(?:billion|billions|bn|mrd)$/.test(word)) return [1e9]
  if (/^(?:trillion|trillions|tn)$/.test(word)) return [1e12]
  return [1]
}

function isSame(a, b) {
  return Math.abs(a - b) <= Math.abs(b) * 1e-9
}

function wordsOf(text) {
  return text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? []
}

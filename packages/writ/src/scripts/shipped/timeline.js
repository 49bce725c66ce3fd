// Puts what is dated in the corpus in order. Code finds the dates; a model is asked only what a date says that the text leaves
// open, and may choose among what it can say. Nothing is guessed: the rest stays open.

export const meta = {
  name: 'timeline',
  description: 'what is dated, in order, each with its sentence; what stays open is listed apart',
  answers: ['what happened when', 'make a timeline'],
  input: {
    type: 'object',
    properties: {
      subject: {
        type: 'string',
        description: 'words that a sentence has to hold; all dated sentences when it is left out',
      },
      ask: {
        type: 'integer',
        minimum: 0,
        maximum: 100,
        description:
          'dates of each document that a model is asked about at most, where the text leaves them open; 5',
      },
      perDocument: {
        type: 'integer',
        minimum: 1,
        maximum: 10_000,
        description: 'dates taken of each document at most; 1000',
      },
    },
    additionalProperties: false,
  },
  limits: { promptBytes: 8_192 },
  output: {
    type: 'object',
    properties: {
      events: {
        type: 'array',
        items: {
          type: 'object',
          properties: {
            date: { type: 'string' },
            event: { type: 'string' },
            said: { type: 'string' },
            // Whether the text says the date, or a model chose among what it can say.
            by: { enum: ['text', 'model'] },
            doc: { type: 'string' },
            start: { type: 'integer' },
            end: { type: 'integer' },
          },
          required: ['date', 'event', 'said', 'by', 'doc', 'start', 'end'],
        },
      },
      // Dates that the text leaves open: no event is put in its place by guessing.
      open: {
        type: 'array',
        items: {
          type: 'object',
          properties: {
            said: { type: 'string' },
            readings: { type: 'array', items: { type: 'string' } },
            event: { type: 'string' },
            doc: { type: 'string' },
            start: { type: 'integer' },
            end: { type: 'integer' },
          },
          required: ['said', 'readings', 'event', 'doc', 'start', 'end'],
        },
      },
      // Documents that have more dates than were taken.
      more: { type: 'array', items: { type: 'string' } },
    },
    required: ['events', 'open', 'more'],
  },
}

const ask = input.ask ?? 5
const perDocument = input.perDocument ?? 1_000
const words = (input.subject ?? '').toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? []
const more = []

const found = await map(await docs(), dated, { calls: ask })
const all = found.flat()
for (const { doc, start, end } of all) await cite({ doc, start, end })
FINAL({
  events: all
    .filter(({ date }) => date !== null)
    .sort(inOrder)
    .map(({ readings: _readings, ...event }) => event),
  open: all.filter(({ date }) => date === null).map(({ date: _date, by: _by, ...event }) => event),
  more: more.sort((a, b) => (a < b ? -1 : 1)),
})

async function dated(doc) {
  const { found, truncated } = await dates(doc.id, { limit: perDocument })
  if (truncated) more.push(doc.id)
  const fitting = found.filter(({ sentence }) => holds(sentence.text))
  const open = fitting.filter(({ date, readings }) => date === null && readings.length > 0)
  const settled = new Map()
  for (const one of open.slice(0, ask)) settled.set(one, await chosen(one))
  return fitting.map((one) => {
    const { doc: id, text, date, readings, sentence } = one
    const day = date ?? settled.get(one) ?? null
    const by = date !== null ? 'text' : day === null ? null : 'model'
    return {
      date: day,
      said: text,
      event: sentence.text,
      doc: id,
      start: sentence.start,
      end: sentence.end,
      by,
      readings,
    }
  })
}

function holds(sentence) {
  const own = new Set(sentence.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [])
  return words.every((word) => own.has(word))
}

// One of what the date can say, or null. Of a day without a year the model may say the year.
async function chosen({ doc, text, readings, sentence }) {
  const [first] = readings
  const yearless = first.startsWith('--')
  const from = Math.max(0, sentence.start - 1_500)
  const around = { doc, start: from, end: sentence.end }
  const asked = `Which day is meant by "${text}" at the end of the text? ${
    yearless
      ? `Give it as YYYY${first.slice(1)} if the text says the year`
      : `Give one of ${readings.join(', ')} if the text says which`
  }, and nothing else; else UNKNOWN.`
  const said = (await llm_query(asked, { spans: [around] })).trim()
  if (yearless) return /^[12]\d{3}-\d\d-\d\d$/.test(said) && said.endsWith(first.slice(1)) ? said : null
  return readings.includes(said) ? said : null
}

function inOrder(a, b) {
  const [one, other] = [key(a), key(b)]
  return one < other ? -1 : one > other ? 1 : a.doc < b.doc ? -1 : a.doc > b.doc ? 1 : a.start - b.start
}

// A quarter stands before its first month, a month before its first day, and a time by its zone.
function key({ date }) {
  const quarter = /^(\d{4})-Q(\d)$/.exec(date)
  if (quarter !== null) return `${quarter[1]}-${String(quarter[2] * 3 - 2).padStart(2, '0')}`
  if (!/[+-]\d\d:\d\d$|Z$/.test(date)) return date
  return new Date(date).toISOString().slice(0, 19)
}

// Finds what in the corpus fits a description. Code finds the passages whose words fit best, in every document; a model judges
// them one by one; what it does not refuse is quoted. Where a document has more such passages than are judged, that is said.

export const meta = {
  name: 'find-all',
  description: 'passages of every document that fit what is looked for, quoted; the best of each are judged',
  answers: ['find passages about {what}'],
  input: {
    type: 'object',
    properties: {
      what: { type: 'string', description: 'what is looked for; the question when it is left out' },
      perDocument: {
        type: 'integer',
        minimum: 1,
        maximum: 50,
        description: 'passages judged of each document; 3',
      },
    },
    additionalProperties: false,
  },
  limits: { promptBytes: 16_384 },
  output: {
    type: 'array',
    items: {
      type: 'object',
      properties: {
        doc: { type: 'string' },
        start: { type: 'integer' },
        end: { type: 'integer' },
        quote: { type: 'string' },
        // true where the model said yes, null where it said neither yes nor no.
        fits: { type: ['boolean', 'null'] },
        // Whether words of what is looked for stand in more passages of the document than were judged.
        more: { type: 'boolean' },
      },
      required: ['doc', 'start', 'end', 'quote', 'fits', 'more'],
    },
  },
}

const what = input.what ?? question
const perDocument = input.perDocument ?? 3

const found = await map(
  await docs(),
  async (doc) => {
    const passages = await search(what, { docs: [doc.id], k: perDocument + 1 })
    const rows = await map(passages.slice(0, perDocument), judged)
    return rows.map((row) => ({ ...row, more: passages.length > perDocument }))
  },
  { calls: perDocument },
)
FINAL(found.flat().filter((passage) => passage.fits !== false))

async function judged(passage) {
  const asked = `Does the text hold what is looked for? Answer YES or NO and nothing else.\n\nLooked for: ${what}`
  const said = await llm_query(asked, { spans: [passage] })
  const fits = /^\W*yes\b/i.test(said) ? true : /^\W*no\b/i.test(said) ? false : null
  const { doc, start, end, text } = passage
  if (fits !== false) await cite(passage)
  return { doc, start, end, quote: text, fits }
}

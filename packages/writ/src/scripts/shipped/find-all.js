// Finds everything in the corpus that fits a description. Code finds the passages whose words fit, in every document; a
// model judges them one by one; what it does not refuse is quoted.

export const meta = {
  name: 'find-all',
  description: 'every passage that fits what is looked for, quoted',
  answers: ['find all {what}', 'find every {what}', 'find everything about {what}'],
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
      },
      required: ['doc', 'start', 'end', 'quote', 'fits'],
    },
  },
}

const what = input.what ?? question
const perDocument = input.perDocument ?? 3

const found = await map(
  await docs(),
  async (doc) => {
    const passages = await search(what, { docs: [doc.id], k: perDocument })
    return await map(passages, judged)
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

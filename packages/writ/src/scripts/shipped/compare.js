// Compares what every document says about each of a few points. A point that no passage of a document is about is said to be
// missing there without a model being asked.

export const meta = {
  name: 'compare',
  description: 'what each document says about each point, with the passages it rests on',
  input: {
    type: 'object',
    properties: {
      points: {
        type: 'array',
        items: { type: 'string' },
        minItems: 1,
        maxItems: 50,
        description: 'what is compared',
      },
      passages: {
        type: 'integer',
        minimum: 1,
        maximum: 10,
        description: 'passages shown for each answer; 2',
      },
    },
    required: ['points'],
    additionalProperties: false,
  },
  limits: { promptBytes: 65_536 },
  output: {
    type: 'array',
    items: {
      type: 'object',
      properties: {
        point: { type: 'string' },
        doc: { type: 'string' },
        // null where the passages that fit best say nothing about it.
        says: { type: ['string', 'null'] },
      },
      required: ['point', 'doc', 'says'],
    },
  },
}

const passages = input.passages ?? 2

const rows = await map(
  await docs(),
  async (doc) => await map(input.points, (point) => compared(doc.id, point)),
  { calls: input.points.length },
)
// Point by point, so that what is compared stands together.
FINAL(input.points.flatMap((_, at) => rows.map((row) => row[at])))

async function compared(doc, point) {
  const spans = await search(point, { docs: [doc], k: passages })
  if (spans.length === 0) return { point, doc, says: null }
  const asked = `What does the text say about this point? Answer in one sentence, or NOTHING when it does not say.\n\nPoint: ${point}`
  const said = (await llm_query(asked, { spans })).trim()
  if (/^\W*nothing\W*$/i.test(said)) return { point, doc, says: null }
  for (const span of spans) await cite(span)
  return { point, doc, says: said }
}

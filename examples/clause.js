// A script: a cell that a person wrote instead of a model. What each contract says about one clause, and where.

export const meta = {
  name: 'clause',
  description: 'what each contract says about one clause, with the passage it rests on',
  input: { type: 'object', properties: { clause: { type: 'string' } }, required: ['clause'] },
  output: {
    type: 'array',
    items: {
      type: 'object',
      // null where no passage of the contract has words of the clause.
      properties: { doc: { type: 'string' }, says: { type: ['string', 'null'] } },
      required: ['doc', 'says'],
    },
  },
}

const rows = await map(await docs(), async (doc) => {
  const [passage] = await search(input.clause, { docs: [doc.id], k: 1 })
  if (passage === undefined) return { doc: doc.id, says: null }
  const says = await llm_query(`In one sentence: what does it say about this clause? ${input.clause}`, {
    spans: [passage],
  })
  await cite(passage)
  return { doc: doc.id, says }
})
FINAL(rows)

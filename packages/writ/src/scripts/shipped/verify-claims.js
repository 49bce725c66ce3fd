// Checks claims against the corpus: for each, the passages that fit it best are found, and a model is asked, as often as
// there are votes, whether they support it.

export const meta = {
  name: 'verify-claims',
  description: 'whether the corpus supports each claim, and where',
  input: {
    type: 'object',
    properties: {
      claims: {
        type: 'array',
        items: { type: 'string' },
        minItems: 1,
        maxItems: 500,
        description: 'what is checked',
      },
      votes: { type: 'integer', minimum: 1, maximum: 9, description: 'how often each is asked; 1' },
    },
    required: ['claims'],
    additionalProperties: false,
  },
  limits: { promptBytes: 32_768 },
  output: {
    type: 'array',
    items: {
      type: 'object',
      properties: {
        claim: { type: 'string' },
        // null where no passage was found, or most answers were neither yes nor no.
        verified: { type: ['boolean', 'null'] },
        spans: { type: 'array', items: { type: 'object' } },
      },
      required: ['claim', 'verified', 'spans'],
    },
  },
}

const votes = input.votes ?? 1

const found = await map(
  input.claims,
  async (claim) => ({
    claim,
    spans: (await search(claim, { k: 3 })).map(({ doc, start, end }) => ({ doc, start, end })),
  }),
  { calls: 0 },
)
const checked = await verify(found, { votes })
for (const { verified, spans } of checked) if (verified === true) for (const span of spans) await cite(span)
FINAL(checked.map(({ claim, verified, spans }) => ({ claim, verified, spans })))

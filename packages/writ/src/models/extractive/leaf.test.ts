import { withDocuments } from '@writ/contract'
import { describe, expect, it } from 'vitest'
import { answerLeaf } from './leaf.ts'

describe('a sub-call of the built-in model', () => {
  it('finds passages in the documents of its prompt, and in nothing the host says of them', () => {
    const prompt = withDocuments('Which document has the deposit between its tags?', [
      {
        id: 'lease.txt',
        span: { start: 0, end: 60 },
        text: 'The deposit is returned. The rent is due monthly.',
      },
      { id: 'note.txt', text: 'Milk and bread.' },
    ])
    expect(JSON.parse(answerLeaf(prompt))).toMatchObject({
      judged: false,
      words: expect.arrayContaining(['deposit']),
      passages: ['The deposit is returned.'],
    })
  })
})

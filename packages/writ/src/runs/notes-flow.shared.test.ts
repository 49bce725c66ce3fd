import { type ContextStore, type GivenNotes, joinLabels, type Level, label, NOTES } from '@writ/contract'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { openServices, type Programs, type Services } from './governed-frames.fixture.ts'

// Notes carry nothing to a root below them: neither what a child wrote that read a secret, nor what an earlier run left.
// Scripted models.

let services: Services

beforeAll(async () => {
  services = await openServices()
})

afterAll(async () => {
  await services.close()
})

const TEXTS = { 'open.txt': { text: 'Nothing hidden.', level: 'public' } } as const
const CEILINGS: readonly Level[] = ['public', 'internal']

const store = (secret: string): Promise<ContextStore> =>
  services.store({ ...TEXTS, 'secret.txt': { text: secret, level: 'confidential' } })

/** A root that looks at its notes, opens children that may look too, and looks again. */
const LOOKING: Programs = {
  root: [
    'const look = async () => JSON.stringify(await notes().catch((error) => [error.code, error.message]))',
    'print(await look(), JSON.stringify(await budget()))',
    `const got = await rlm_query_batched([{ prompt: 'spy now', scope: ['secret.txt'] }, { prompt: 'reader now', scope: 'inherit' }], { settle: true })
print(JSON.stringify(got))`,
    'print(await look(), JSON.stringify(await budget()))',
    'FINAL(1)',
  ],
  children: {
    spy: [
      `const text = await read('secret.txt'); if (text[0] === 'a') await note('found', text)
else for (let i = 0; i < 5; i += 1) await note('other' + i, text)`,
      'FINAL(1)',
    ],
    reader: ['FINAL((await notes()).length)'],
  },
}

it('tells a root below a secret nothing of what a child noted of it', async () => {
  const stores = await Promise.all(['a secret', 'b secret'].map(store))
  for (const ceiling of CEILINGS) {
    const runs = await Promise.all(stores.map((one) => services.run(one, LOOKING, { ceiling })))
    expect(new Set(runs.map(({ transcript }) => transcript)).size, ceiling).toBe(1)
    const written = runs.flatMap(({ records }) => records.filter(({ kind }) => kind === 'memory.write'))
    expect(written.length).toBe(6)
  }
})

it('tells a root below them nothing of notes that earlier runs left, not even that there are any', async () => {
  const one = await store('a secret')
  const secret = one.partitions.find((partition) => partition.label.level === 'confidential')
  if (secret === undefined) throw new Error('There is no partition.')
  const given: GivenNotes = {
    partitions: [
      {
        partition: {
          ...secret,
          id: 'notes-of-secret',
          collection: NOTES,
          label: joinLabels(secret.label, label('public')),
        },
        notes: [{ key: 'found', value: 'a secret', citations: [], run: 'r1' }],
      },
    ],
    stale: 0,
    leftOut: 0,
    unreadable: [],
  }
  const none: GivenNotes = { ...given, partitions: [] }
  for (const ceiling of CEILINGS) {
    const runs = await Promise.all(
      [given, none].map((notes) => services.run(one, LOOKING, { ceiling, notes })),
    )
    expect(new Set(runs.map(({ transcript }) => transcript)).size, ceiling).toBe(1)
  }
  const above = await services.run(one, LOOKING, { ceiling: 'confidential', notes: given })
  expect(above.transcript).toContain('a secret')
  expect(above.label.level).toBe('confidential')
})

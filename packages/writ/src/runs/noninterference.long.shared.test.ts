import { LEVELS, type Level, type Limits, levelNumber } from '@writ/contract'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openServices, type Programs, type Services } from './governed-frames.fixture.ts'

// Noninterference: below the level of a secret, nothing that a root's model is ever told depends on the secret, whatever
// its children do with it. At a ceiling that allows the secret, the same program runs and the root's label contains it.
// Scripted models. WRIT_SECRETS sets how many secrets each program is tried with (2 by default, 20 in the full check).

const SECRET_LEVEL: Level = 'restricted'
const SECRETS = Number(process.env.WRIT_SECRETS ?? 2)
const BELOW = LEVELS.filter((level) => levelNumber(level) < levelNumber(SECRET_LEVEL))

interface Attack {
  readonly name: string
  readonly programs: Programs
  readonly limits?: Partial<Limits>
}

/** Reads the secret, and gives its first character as a number from 0 to 15. */
const SPY = "const text = await read('secret.txt'); const s = parseInt(text[0], 16);"
const READS = "{ scope: ['secret.txt'] }"
const SHOWN = 'print(JSON.stringify(got))'

/** A root that spawns a spy, says what it got, does what follows, and ends. */
function spied(spy: string, after = '', spawn = `await rlm_query('spy now', ${READS})`): Programs {
  return {
    root: [
      `let got; try { got = ${spawn} } catch (error) { got = [error.name, error.code, error.message] }\n${SHOWN}`,
      after === '' ? "print('next')" : after,
      'FINAL(got ?? null)',
    ],
    children: { spy: [`${SPY}\n${spy}`], mule: ["FINAL('carried')"] },
  }
}

const CALLS = "for (let i = 0; i < s; i += 1) await llm_query('x'.repeat(1 + s), { fresh: true })"
const BUDGET = 'print(JSON.stringify(await budget()))'
const ROOM =
  "const tried = await llm_query_batched(Array.from({ length: 12 }, (_, i) => 'p' + i), { settle: true });\nprint(JSON.stringify(tried.map((one) => one.ok)))"
const CHILDREN =
  "const born = await rlm_query_batched(Array.from({ length: 12 }, () => ({ prompt: 'mule go' })), { settle: true });\nprint(JSON.stringify(born))"
const FEW: Partial<Limits> = { maxCalls: 40 }
const TOKENS: Partial<Limits> = { maxTokens: 120_000 }
const MONEY: Partial<Limits> = { maxCostMicroUsd: 150_000 }

/** Which limit is set. */
function named(limits: Partial<Limits>): string {
  return Object.keys(limits).join()
}

const CHANNELS: Readonly<Record<string, readonly Attack[]>> = {
  'the end of a child': [
    { name: 'its value', programs: spied('FINAL(s)') },
    {
      name: 'whether it has a value',
      programs: spied("if (s % 2) FINAL('yes'); else throw new Error('no')"),
    },
    { name: 'the size of its value', programs: spied("FINAL('x'.repeat(1 + s * 10))") },
    {
      name: 'the code of its error',
      programs: spied('if (s % 2) for (;;) await budget(); else throw new Error()'),
      limits: { maxTurns: 2, cellSteps: 50 },
    },
    {
      name: 'the outcomes of a settled batch',
      programs: spied(
        "if (s % 2) FINAL(1); else throw new Error('no')",
        '',
        "await rlm_query_batched([{ prompt: 'spy a', scope: ['secret.txt'] }, { prompt: 'spy b', scope: ['secret.txt'] }], { settle: true })",
      ),
      limits: { maxTurns: 3 },
    },
    {
      name: 'whether a batch rejects',
      programs: spied(
        "if (s % 2) FINAL(1); else throw new Error('no')",
        '',
        "await rlm_query_batched([{ prompt: 'spy a', scope: ['secret.txt'] }, 'mule b'])",
      ),
      limits: { maxTurns: 3 },
    },
    {
      name: 'a grandchild',
      programs: {
        root: [`let got = await rlm_query('mid x', ${READS}).catch((e) => e.code);\n${SHOWN}`, 'FINAL(got)'],
        children: {
          mid: [`const low = await rlm_query('spy y', ${READS}).catch((e) => e.code)`, 'FINAL(low)'],
          spy: [`${SPY}\nif (s % 2) FINAL(s); else throw new Error('no')`],
        },
      },
      limits: { maxTurns: 4 },
    },
    {
      name: 'a child handed the sealed value of another',
      programs: {
        root: [
          `const held = await rlm_query('spy x', ${READS}); let got = await rlm_query('second y', { context: held.sealed ? held : String(held) });\n${SHOWN}`,
          'FINAL(got)',
        ],
        children: {
          spy: [`${SPY}\nFINAL('s' + s)`],
          second: ['FINAL(typeof context === "string" ? context : (await docs()).length)'],
        },
      },
    },
    {
      name: 'the whole corpus inherited',
      programs: spied('FINAL(s)', '', "await rlm_query('spy x', { scope: 'inherit' })"),
      limits: { maxTurns: 3 },
    },
  ],
  'budget()': [
    { name: 'calls', programs: spied(`${CALLS}; FINAL(1)`, BUDGET) },
    {
      name: 'calls that equal one of a child',
      programs: spied(
        "await llm_query('q' + s); FINAL(1)",
        `for (let i = 0; i < 16; i += 1) await llm_query('q' + i); ${BUDGET}`,
      ),
    },
    {
      name: 'a call that joins one of a child',
      programs: spied(
        "await llm_query('q' + (s % 2)); FINAL(1)",
        BUDGET,
        `(await Promise.all([rlm_query('spy x', ${READS}), llm_query('q0'), llm_query('q1')])).length`,
      ),
    },
    { name: 'tokens', programs: spied(`${CALLS}; FINAL(1)`, BUDGET), limits: { maxTokens: 900_000 } },
    { name: 'money', programs: spied(`${CALLS}; FINAL(1)`, BUDGET), limits: { maxCostMicroUsd: 900_000 } },
    {
      name: 'after a child that failed',
      programs: spied(`${CALLS}; throw new Error()`, BUDGET),
      limits: { maxTurns: 3 },
    },
    {
      name: 'in another child',
      programs: {
        ...spied(`${CALLS}; FINAL(1)`, "const seen = await rlm_query('look z'); print(JSON.stringify(seen))"),
        children: { spy: [`${SPY}\n${CALLS}; FINAL(1)`], look: ['FINAL(await budget())'] },
      },
    },
    {
      name: 'after grandchildren',
      programs: {
        root: [`const got = await rlm_query('mid x', ${READS});\n${BUDGET}`, 'FINAL(got)'],
        children: {
          mid: [`const low = await rlm_query('spy y', ${READS}); FINAL(low)`],
          spy: [`${SPY}\n${CALLS}; FINAL(1)`],
        },
      },
    },
    { name: 'steps', programs: spied('for (let i = 0; i < s; i += 1) await budget(); FINAL(1)', BUDGET) },
    {
      name: 'after a second child',
      programs: spied(`${CALLS}; FINAL(1)`, `await rlm_query('spy again', ${READS});\n${BUDGET}`),
    },
  ],
  'pressure in the turn header': [FEW, TOKENS, MONEY].flatMap((limits) => [
    { name: `after a child, ${named(limits)}`, programs: spied(`${CALLS}; FINAL(1)`), limits },
    {
      name: `after a child that failed, ${named(limits)}`,
      programs: spied(`${CALLS}; throw new Error()`),
      limits: { ...limits, maxTurns: 3 },
    },
    {
      name: `two turns later, ${named(limits)}`,
      programs: {
        ...spied(`${CALLS}; FINAL(1)`),
        root: [`const got = await rlm_query('spy x', ${READS})`, '1', '2', 'FINAL(got)'],
      },
      limits,
    },
  ]),
  'room for its own calls and children': [FEW, TOKENS, MONEY].flatMap((limits) => [
    { name: `calls, ${named(limits)}`, programs: spied(`${CALLS}; FINAL(1)`, ROOM), limits },
    { name: `children, ${named(limits)}`, programs: spied(`${CALLS}; FINAL(1)`, CHILDREN), limits },
    {
      name: `one call, ${named(limits)}`,
      programs: spied(
        `${CALLS}; FINAL(1)`,
        "const one = await llm_query('z'.repeat(30000)).catch((e) => [e.code, e.message]); print(JSON.stringify(one))",
      ),
      limits,
    },
  ]),
  'how many items of a batch start': [FEW, TOKENS, MONEY].flatMap((limits) => [
    {
      name: `a batch that rejects, ${named(limits)}`,
      programs: spied(
        `${CALLS}; FINAL(1)`,
        "const all = await llm_query_batched(Array.from({ length: 30 }, (_, i) => 'p' + i)).catch((e) => e.results.map((r) => r.ok)); print(JSON.stringify(all))",
      ),
      limits,
    },
    {
      name: `children beside the spy, ${named(limits)}`,
      programs: spied(
        `${CALLS}; FINAL(1)`,
        '',
        "await rlm_query_batched([{ prompt: 'spy a', scope: ['secret.txt'] }, ...Array.from({ length: 9 }, () => ({ prompt: 'mule m' }))], { settle: true })",
      ),
      limits,
    },
    {
      name: `a batch after two spies, ${named(limits)}`,
      programs: spied(
        `${CALLS}; FINAL(1)`,
        `await rlm_query('spy again', ${READS}).catch(() => 0);\n${ROOM}`,
      ),
      limits,
    },
  ]),
  'caps on steps and bytes': [
    {
      name: 'steps of the run',
      programs: spied(
        'for (let i = 0; i < s * 4; i += 1) await budget(); FINAL(1)',
        'let n = 0; try { for (let i = 0; i < 60; i += 1) { await docs(); n += 1 } } catch (e) { print(e.code) } print(n)',
      ),
      limits: { frameSteps: 160 },
    },
    {
      name: 'bytes of the run',
      programs: spied(
        "for (let i = 0; i < s; i += 1) await read('secret.txt'); FINAL(1)",
        "let n = 0; try { for (let i = 0; i < 40; i += 1) { await read('open.txt'); n += 1 } } catch (e) { print(e.code) } print(n)",
      ),
      limits: { frameReadBytes: 6000 },
    },
    {
      name: 'steps left',
      programs: spied('for (let i = 0; i < s * 4; i += 1) await budget(); FINAL(1)', BUDGET),
      limits: { frameSteps: 400 },
    },
    {
      name: 'steps of another child',
      programs: {
        ...spied(
          'for (let i = 0; i < s * 4; i += 1) await budget(); FINAL(1)',
          "print(await rlm_query('walk w', { scope: ['open.txt'] }))",
        ),
        children: {
          spy: [`${SPY}\nfor (let i = 0; i < s * 4; i += 1) await budget(); FINAL(1)`],
          walk: ['let n = 0; try { for (; n < 90; n += 1) await docs() } catch { } FINAL(n)'],
        },
      },
      limits: { frameSteps: 800 },
    },
    {
      name: 'steps of one cell',
      programs: spied('for (let i = 0; i < s * 4; i += 1) await budget(); FINAL(1)', BUDGET),
      limits: { cellSteps: 30, maxTurns: 4 },
    },
    {
      name: 'searches',
      programs: spied(
        "for (let i = 0; i < s; i += 1) await search('secret'); FINAL(1)",
        "const hits = await search('open'); print(JSON.stringify(hits.map((hit) => hit.text)))",
      ),
    },
    {
      name: 'calls of the cell',
      programs: spied(
        'await Promise.all(Array.from({ length: s * 3 }, () => budget())); FINAL(1)',
        `await Promise.all(Array.from({ length: 20 }, () => budget())); ${BUDGET}`,
      ),
      limits: { cellSteps: 60, maxTurns: 4 },
    },
    {
      name: 'turns of the child',
      programs: spied("if (s % 2) FINAL(1); print('again')", BUDGET),
      limits: { maxTurns: 4 },
    },
  ],
  'strings that guests write': [
    {
      name: 'the name of an error',
      programs: spied("throw Object.assign(new Error('x'), { name: 'S' + s })"),
    },
    { name: 'the message of an error', programs: spied("throw new Error('secret ' + text)") },
    {
      name: 'properties of an error',
      programs: spied('throw Object.assign(new Error(), { code: text, data: { text } })'),
    },
    { name: 'what it prints', programs: spied('print(text); throw new Error()') },
    { name: 'a value that is an error', programs: spied('FINAL({ error: { code: text } })') },
    { name: 'a value that looks sealed', programs: spied("FINAL({ sealed: '0.' + s })") },
    { name: 'keys of its value', programs: spied('FINAL({ [text]: s })') },
    {
      name: 'names of its functions',
      programs: spied('const o = { [text]: () => { throw new Error(text) } }; o[text]()'),
    },
    { name: 'a document it asks for', programs: spied("await read('no/' + text)") },
  ].map((attack) => ({ ...attack, limits: { maxTurns: 3 } })),
}

let services: Services
const stores: Awaited<ReturnType<Services['store']>>[] = []

beforeAll(async () => {
  services = await openServices()
  // Of one length, so that what a reader of the corpus's size may know is the same.
  for (let secret = 0; secret < SECRETS; secret += 1) {
    const first = secret === 0 ? 'f' : secret === 1 ? '2' : Math.floor(Math.random() * 16).toString(16)
    const text = first + Math.random().toString(16).slice(2).padEnd(15, '0').slice(0, 15).repeat(20)
    stores.push(
      await services.store({
        'open.txt': { text: `open words ${'y'.repeat(200)}`, level: 'public' },
        'secret.txt': { text, level: SECRET_LEVEL },
      }),
    )
  }
})

afterAll(async () => {
  for (const store of stores) await store.close()
  await services.close()
})

describe.each(Object.entries(CHANNELS))('%s', (_, attacks) => {
  it.each(attacks)(
    '$name tells a root below the secret nothing',
    async ({ programs, limits = {} }) => {
      for (const ceiling of BELOW) {
        const seen = new Set<string>()
        for (const store of stores) {
          const { transcript } = await services.run(store, programs, { ceiling, limits })
          seen.add(transcript)
        }
        expect([...seen], `ceiling ${ceiling}`).toHaveLength(1)
      }
    },
    600_000,
  )

  it.each(attacks)(
    '$name at a ceiling above the secret raises the root',
    async ({ programs, limits = {} }) => {
      for (const ceiling of [SECRET_LEVEL, 'secret'] as const) {
        const [store] = stores
        if (store === undefined) throw new Error('There is no store.')
        const { label, records } = await services.run(store, programs, { ceiling, limits })
        expect(records.some((record) => record.kind === 'context.read' && record.lane !== '0')).toBe(true)
        expect(levelNumber(label.level)).toBeGreaterThanOrEqual(levelNumber(SECRET_LEVEL))
      }
    },
    600_000,
  )
})

it('tells a root of a label that is withheld what it tells of one that nothing has', async () => {
  const probes = `const said = async (options) => {
      const one = (ask) => ask.then((got) => [got.length ?? got.matches.length, got.undated], (e) => [e.name, e.code, e.message]);
      return [await one(search('words', options)), await one(grep('w', options)), await one(docs(options))];
    };
    for (const label of ['restricted', 'secret', 'restricted:PII', ['secret', 'public']])
      for (const more of [{}, { type: 'mail' }, { glob: 's*' }, { since: '2024' }, { until: '2030' }])
        print(JSON.stringify([label, more, await said({ label, ...more })]));
    for (const more of [{ type: 'text' }, { glob: '**' }, { glob: 'secret.*' }, { until: '2030' }]) print(JSON.stringify(await said(more)));
    print(JSON.stringify(await said({ docs: ['secret.txt'], label: 'public' }).catch(() => 0)))`
  const seen = new Set<string>()
  for (const level of [SECRET_LEVEL, 'secret'] as const) {
    const store = await services.store({
      'open.txt': { text: 'open words', level: 'public' },
      'secret.txt': { text: 'secret words', level },
    })
    for (const ceiling of BELOW) {
      const { transcript } = await services.run(
        store,
        { root: [probes, 'FINAL(1)'], children: {} },
        { ceiling },
      )
      seen.add(transcript)
    }
    await store.close()
  }
  expect([...seen]).toHaveLength(1)
  expect([...seen][0]).toContain('nothing labelled secret')
})

it('has at least eight programs for every channel', () => {
  for (const attacks of Object.values(CHANNELS)) expect(attacks.length).toBeGreaterThanOrEqual(8)
})

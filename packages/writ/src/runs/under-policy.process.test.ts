import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { block, fanOut, sequence } from '@writ/simulator'
import { describe, expect, it } from 'vitest'
import { testRuns } from './test-runs.fixture.ts'

const here = testRuns()
const { run, verified } = here

describe('policy', () => {
  it('makes not one request under a policy that forbids everything', async () => {
    const bundle = join(here.place, 'bundle')
    await mkdir(bundle)
    await writeFile(
      join(bundle, 'deny.cedar'),
      '@id("forbid.everything")\n@reason("closed")\nforbid (principal, action, resource);\n',
    )
    const { answer, requests } = await run(fanOut(4), { options: { policy: bundle } })
    expect(requests).toBe(0)
    expect(answer).toMatchObject({ status: 'denied', answer: null })
    expect(answer.denials.flatMap((denial) => denial.policies)).toContain('forbid.everything')
    await verified(answer)
  })

  it('reaches the guest as a typed error with policy ids, and the answer as a denial', async () => {
    const code = `
      let denied
      try { await read('secret.txt') } catch (error) { denied = { name: error.name, policies: error.policies } }
      const open = await grep('words', {})
      FINAL({ denied, docs: open.matches.map((match) => match.doc) })`
    const { answer } = await run(sequence([block(code)]), {
      asked: {
        context: [
          { id: 'open.txt', text: 'open words\n' },
          {
            id: 'secret.txt',
            text: 'secret words\n',
            label: { level: 'restricted', categories: [], untrusted: true },
          },
        ],
      },
    })
    expect(answer.status).toBe('complete')
    expect(answer.value).toEqual({
      denied: { name: 'PolicyDenied', policies: ['forbid.read.clearance'] },
      docs: ['open.txt'],
    })
    expect(answer.denials).toMatchObject([
      { action: 'context::read', policies: ['forbid.read.clearance'] },
      { action: 'context::search', policies: ['forbid.read.clearance'] },
    ])
    expect(answer.label.level).toBe('internal')
    await verified(answer)
  })

  it('releases nothing once a policy has halted the run', async () => {
    const bundle = join(here.place, 'bundle')
    await mkdir(bundle)
    await writeFile(
      join(bundle, 'rules.cedar'),
      `@id("permit.all") permit (principal, action, resource);
       @id("halt.restricted") @reason("tripwire") @halt("true")
       forbid (principal, action in Writ::Action::"context", resource is Writ::Partition) when { resource.level >= 3 };`,
    )
    const documents = Array.from({ length: 32 }, (_, n) => ({ id: `${n}.txt`, text: `words ${n}\n` }))
    const trap = {
      id: 'trap.txt',
      text: 'trap\n',
      label: { level: 'restricted', categories: [], untrusted: true },
    } as const
    const code = `
      read('trap.txt').catch(() => {})
      for (let n = 0; n < 32; n += 1) read(n + '.txt').catch(() => {})
      FINAL('released after a halt')`
    const { answer } = await run(sequence([block(code)]), {
      options: { policy: bundle },
      asked: { context: [...documents, trap] },
    })
    expect(answer).toMatchObject({ status: 'denied', answer: null, value: null })
    expect(answer.denials.flatMap((denial) => denial.policies)).toContain('halt.restricted')
    await verified(answer)
  })

  it('tells a guest nothing of how much is withheld', async () => {
    const { answer } = await run(sequence([block('FINAL([context.docs, context.length])')]), {
      asked: {
        context: [
          { id: 'a.txt', text: 'open\n' },
          { id: 'b.txt', text: 'open too\n' },
          { id: 's.txt', text: 'secret\n', label: { level: 'secret', categories: [], untrusted: true } },
        ],
      },
    })
    expect(answer.value).toEqual([2, 14])
  })

  it('shows the terminal no content above what may be released there', async () => {
    const bundle = join(here.place, 'bundle')
    await mkdir(bundle)
    await writeFile(join(bundle, 'all.cedar'), '@id("permit.all") permit (principal, action, resource);')
    const sink = { terminal: { maxLevel: 'internal', categories: [], external: false } }
    await writeFile(join(bundle, 'facts.json'), JSON.stringify({ sinks: sink, confinement: 'reduced' }))
    const code = `
      const text = await read('c.txt')
      await rlm_query('SIMTASK:child ' + text).catch(() => {})
      throw new Error(text)`
    const { answer, events } = await run(sequence([block(code)]), {
      options: { policy: bundle },
      limits: { maxTurns: 2 },
      asked: {
        context: [
          { id: 'a.txt', text: 'open\n' },
          {
            id: 'c.txt',
            text: 'confidential thing\n',
            label: { level: 'confidential', categories: [], untrusted: true },
          },
        ],
      },
    })
    expect(JSON.stringify([events, answer])).not.toContain('confidential thing')
  })

  it('raises the label of a frame with what a child it joined had read', async () => {
    const child = block("FINAL(await read('c.txt'))")
    const root = block("FINAL(await rlm_query('SIMTASK:child read it', { scope: ['c.txt'] }))")
    const { answer } = await run((request) => (request.task === 'child' ? child : root), {
      asked: {
        context: [
          { id: 'i.txt', text: 'internal\n' },
          {
            id: 'c.txt',
            text: 'confidential\n',
            label: { level: 'confidential', categories: ['PII'], untrusted: true },
          },
        ],
      },
    })
    expect(answer.value).toBe('confidential\n')
    expect(answer.label).toEqual({ level: 'confidential', categories: ['PII'], untrusted: true })
    await verified(answer)
  })

  it('raises the label of a frame with what it read', async () => {
    const { answer } = await run(sequence([block("await read('c.txt'); FINAL('x')")]), {
      asked: {
        context: [
          { id: 'i.txt', text: 'internal\n' },
          {
            id: 'c.txt',
            text: 'confidential\n',
            label: { level: 'confidential', categories: ['PII'], untrusted: true },
          },
        ],
      },
    })
    expect(answer.label).toEqual({ level: 'confidential', categories: ['PII'], untrusted: true })
  })
})

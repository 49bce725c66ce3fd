import { existsSync } from 'node:fs'
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { block, type Script, sequence, startSimulator } from '@writ/simulator'
import { type Browser, chromium, type Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { type Answer, createWrit, type ViewOptions } from '../../index.ts'

// What a person sees of a report: its first screen in a browser, and what there is to debug a run that failed.

const executablePath = process.env.WRIT_CHROMIUM ?? '/usr/bin/chromium'
const PERSONAL = fileURLToPath(new URL('../../policy/personal', import.meta.url))
const QUESTION = `SIMTASK:report What do all of these licences say about patents, ${'and about everything else, '.repeat(12)}in short?`
const SECRET = 'Quillfeather'
const CARDS = ['What was accessed', 'Why', 'Who allowed it', 'Can the answer be relied on?']

const LONG = sequence([
  block(`await search('clause'); const cited = []
for (let at = 0; at < 30; at += 1) { await read('a.txt', at * 39, at * 39 + 38); cited.push(await cite({ doc: 'a.txt', start: at * 39, end: at * 39 + 38 })) }
const rows = cited.map(({ doc, quote, start }, n) => ({ doc, quote: quote + ' '.repeat(3) + n, start }))
print(rows.length)`),
  block(`FINAL({ answer: ${JSON.stringify('One long answer that goes on. '.repeat(200))}, rows })`),
])
const FAILING = sequence([
  block(`const text = await read('a.txt', 0, 38); print(text)`),
  block(`function unwrap() { return text.clause.body }\nprint('about to unwrap')\nunwrap()`),
  block('await llm_query("again")'),
])

const ended: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const end of ended.splice(0)) await end()
})

/** The report of a run of a scripted model over restricted texts, for whoever asks for it. */
async function reportOf(
  script: Script,
  limits: { readonly maxTurns?: number; readonly maxCalls?: number } = {},
): Promise<{ answer: Answer; report: (as?: ViewOptions) => Promise<string> }> {
  const place = await mkdtemp(join(tmpdir(), 'writ-screen-'))
  const policy = join(place, 'policy')
  await cp(PERSONAL, policy, { recursive: true })
  const facts = JSON.parse(await readFile(join(policy, 'facts.json'), 'utf8')) as {
    sinks: { terminal: object }
  }
  const user = (clearance: string): object => ({ clearance, active: true, purposes: ['general'] })
  const users = { $os: user('restricted'), trainee: user('internal') }
  const sinks = { terminal: { ...facts.sinks.terminal, maxLevel: 'restricted' } }
  await writeFile(join(policy, 'facts.json'), JSON.stringify({ ...facts, users, sinks }))
  await mkdir(join(place, 'docs', 'secret'), { recursive: true })
  await writeFile(join(place, 'docs', 'a.txt'), `The ${SECRET} clause ends with the suit.\n`.repeat(100))
  await writeFile(join(place, 'docs', 'secret', 'b.txt'), 'Nobody reads this.\n')
  const labels = [
    { glob: 'secret/**', label: 'secret' },
    { glob: '**', label: 'restricted' },
  ]
  await writeFile(join(place, 'docs', 'corpus.json'), JSON.stringify({ labels }))
  const simulator = await startSimulator({ script })
  const model = { model: 'any/model', baseUrl: simulator.url, apiKey: 'x' }
  const writ = await createWrit({ home: join(place, 'home'), policy, ...model, limits })
  ended.push(async () => {
    await writ.close()
    await simulator.stop()
    await rm(place, { recursive: true, force: true })
  })
  const context = { paths: [join(place, 'docs')] }
  const answer = await writ.completion({ query: QUESTION, context, strategy: 'recurse' })
  return {
    answer,
    report: async (as = {}) => {
      let page = ''
      for await (const piece of writ.export(answer.run, { format: 'html', ...as })) page += piece
      return page
    },
  }
}

describe.skipIf(!existsSync(executablePath))('the first screen of a report', () => {
  let browser: Browser
  beforeAll(async () => {
    browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] })
  })
  afterAll(async () => {
    await browser.close()
  })

  async function opened(html: string): Promise<Page> {
    const page = await browser.newPage({ viewport: { width: 1280, height: 800 } })
    await page.setContent(html)
    return page
  }

  it('says what was accessed, why, who allowed it and whether to rely on it, however long the question', async () => {
    const { report } = await reportOf(LONG)
    const page = await opened(await report())
    const cards = page.locator('.card')
    expect(await cards.locator('h2').allTextContents()).toEqual(CARDS)
    for (const card of await cards.all()) {
      const box = await card.boundingBox()
      expect((box?.y ?? 0) + (box?.height ?? 0)).toBeLessThanOrEqual(800)
      expect(box?.height).toBeGreaterThan(40)
    }
    const [accessed, why, allowed, reliable] = await cards.allTextContents()
    expect(accessed).toMatch(
      /bytes in 2 documents were searched\. Text was handed to the program from 1 of them:/,
    )
    expect(accessed).toContain('1 document labelled secret: never opened')
    expect(why).toContain('for the purpose general')
    expect(allowed).toMatch(
      /Policy decided \d+ times: it allowed \d+ \(permit\..*Refused: Searching 1 document labelled secret/s,
    )
    expect(reliable).toContain('A language model said it')
    expect(reliable).toMatch(/\d+ are in no citation/)
    expect(reliable).toContain('The evidence holds')
    await page.close()
  })

  it('folds a long answer and its citations', async () => {
    const { report } = await reportOf(LONG)
    const page = await opened(await report())
    const answer = page.locator('section:has(> h2#answer)')
    const height = async (): Promise<number> => (await answer.boundingBox())?.height ?? 0
    const folded = await height()
    expect(folded).toBeLessThan(1_200)
    await answer.locator('details').evaluateAll((all) => {
      for (const one of all) one.setAttribute('open', '')
    })
    expect(await height()).toBeGreaterThan(folded + 1_000)
    expect(await page.locator('section:has(> h2#sources) thead th').first().textContent()).toBe('Document')
    expect(await page.locator('section:has(> h2#sources) > details > summary').textContent()).toBe(
      '20 more rows',
    )
    await page.close()
  })
})

describe('the report of a run that failed', () => {
  it('names the step that failed, has its code, output and error, and never speaks of a released answer', async () => {
    const { answer, report } = await reportOf(FAILING, { maxCalls: 3 })
    expect(answer.basis).toBeNull()
    const page = await report()
    expect(page).toContain('No answer was released.')
    expect(page.replaceAll(/no answer was released/gi, '')).not.toMatch(/answer was released\b/)
    const [, anchor = '', place = ''] =
      /<li><a href="#(step-0-\d+)">(0\/\d+) cell<\/a>: <bdi>TypeError: /.exec(page) ?? []
    expect(place).toBe(anchor.replace('step-', '').replace('-', '/'))
    const from = page.indexOf(`<li id="${anchor}">`)
    const step = page.slice(from, page.indexOf('</li>', from))
    expect(step).toContain('return text.clause.body }')
    expect(step).toContain('about to unwrap')
    expect(step).toMatch(/TypeError: [\s\S]*at line 1, column \d+/)
    expect(page).toMatch(/<h4>Prompt<\/h4>[\s\S]*You answer a question/)
    expect(page).toContain('unknown: no known price')
    expect(page).toContain(SECRET)
  })

  it('withholds what somebody below the label may not see, and says so', async () => {
    const { report } = await reportOf(FAILING, { maxCalls: 3 })
    const page = await report({ principal: 'trainee' })
    expect(page).not.toContain(SECRET)
    expect(page).not.toContain('unwrap')
    expect(page).toContain('the user is not cleared for this level')
    expect(page).toMatch(/<strong>cell<\/strong> \(withheld\)/)
    const { report: whole } = await reportOf(LONG)
    const other = await whole({ principal: 'trainee' })
    expect(other).toContain('An answer was released. It is not shown here')
    expect(other).not.toContain(SECRET)
    expect(other).not.toContain('One long answer')
  })
})

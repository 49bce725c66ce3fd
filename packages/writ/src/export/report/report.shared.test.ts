import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { block, sequence, startSimulator } from '@writ/simulator'
import { afterEach, describe, expect, it } from 'vitest'
import { createWrit, exportFile } from '../../index.ts'
import { contracts, KEPT_MARK, type Recorded, recordRun } from '../recorded-fixture.ts'

// Reports of real runs: of the built-in extractive model, and of a scripted one that is up to no good.

const QUESTION = 'Which contracts end patent rights when the licensee starts patent litigation?'
const ended: (() => Promise<void>)[] = []

afterEach(async () => {
  for (const end of ended.splice(0)) await end()
})

async function record(): Promise<Recorded> {
  const recorded = await recordRun(QUESTION, contracts())
  ended.push(recorded.cleanUp)
  return recorded
}

async function textOf(pieces: AsyncIterable<string>): Promise<string> {
  let text = ''
  for await (const piece of pieces) text += piece
  return text
}

/** Names of the tags of a page, and of their attributes. */
function markupOf(page: string): { readonly tags: Set<string>; readonly attributes: Set<string> } {
  const [tags, attributes] = [new Set<string>(), new Set<string>()]
  const body = page.replace(/<style>[\s\S]*?<\/style>/, '')
  for (const [, name = '', rest = ''] of body.matchAll(
    /<([a-z!][a-z0-9]*)((?:\s+[a-zA-Z-]+(?:="[^"]*")?)*)\s*>/g,
  )) {
    tags.add(name)
    for (const [, attribute = ''] of rest.matchAll(/\s([a-zA-Z-]+)(?:="[^"]*")?/g)) attributes.add(attribute)
  }
  return { tags, attributes }
}

describe('the report of a run', () => {
  it('tells question, answer, sources, reading, refusals, cost, frames and how to verify', async () => {
    const { writ, answer } = await record()
    const page = await textOf(writ.export(answer.run, { format: 'html' }))
    const headings = [...page.matchAll(/<h2 id="([a-z]+)">/g)].map(([, id]) => id)
    const sections = ['read', 'refused', 'cost', 'run', 'frames', 'steps', 'verify', 'meaning']
    expect(headings).toEqual(['answer', 'sources', ...sections])
    for (const id of headings) expect(page).toContain(`href="#${id}"`)
    expect(page).toContain(QUESTION)
    for (const { doc, start, end, sha256 } of answer.citations) {
      expect(page).toContain(`<bdi>${doc}</bdi>`)
      expect(page).toContain(`bytes ${start.toLocaleString('en-US')} to ${end.toLocaleString('en-US')}`)
      expect(page).toContain(sha256)
    }
    expect(answer.citations.length).toBeGreaterThan(0)
    expect(page).not.toContain('does not have it')
    expect(page).toMatch(/<blockquote dir="auto">[^<]+<mark>/)
    expect(page).toContain('Searching 1 document labelled restricted:LEGAL_PRIVILEGE')
    expect(page).toContain('the user is not cleared for this level')
    expect(page).toContain('<code>forbid.read.clearance</code>')
    expect(page).toContain(`<td class="n">${answer.usage.modelCalls}</td><td class="n">1,000</td>`)
    expect(page.match(/<g class="frame">/g)?.length).toBe(answer.usage.frames)
    expect(page).toContain(`writ verify <bdi>${answer.run}.writ</bdi> --trust trust.json`)
    expect(page).toContain('evidence checked: it holds')
    expect(page).not.toContain(KEPT_MARK)
    // Code of a model may say it.
    expect(page.replaceAll(/<pre[\s\S]*?<\/pre>/g, '')).not.toContain('undefined')
    expect(page.match(/<th(?! scope)[ >]/g)).toBeNull()
    expect(page.match(/<table>(?!\s*<caption>)/g)).toBeNull()
  })

  it('says what an evidence file alone cannot tell, and that nothing was checked without a trust root', async () => {
    const { answer, evidence, trust } = await record()
    const page = await textOf(exportFile(evidence, { format: 'html' }))
    expect(page).toContain('made from an evidence file alone')
    expect(page).toContain('nothing was checked')
    expect(page).toContain(QUESTION)
    expect(page).toContain(answer.citations[0]?.sha256)
    const checked = await textOf(exportFile(evidence, { format: 'html', trust }))
    expect(checked).toContain('evidence checked: it holds')
  })

  it('says what is gone once the key of the run is', async () => {
    const { home, writ, answer } = await record()
    const keys = join(home, 'keys', 'runs')
    for (const name of await readdir(keys)) await rm(join(keys, name))
    await rm(join(home, 'runs', `${answer.run}.writ`))
    const page = await textOf(writ.export(answer.run, { format: 'html' }))
    expect(page).toContain('The key of this run was destroyed.')
    expect(page).toContain('The question is not laid open here.')
    expect(page).toContain('the user is not cleared for this level')
    expect(page).not.toContain(QUESTION)
    expect(page).not.toContain('contract-0.txt')
  })

  it('shows text of others as text, whatever it holds', async () => {
    const attack =
      '</title></style><script>alert(1)</script><img src=x onerror="alert(2)">\u202etxt.exe\u0000\u001b[31m\u2028& \' ` \ud83d\ude00'
    const place = await mkdtemp(join(tmpdir(), 'writ-report-'))
    const simulator = await startSimulator({
      script: sequence([
        block(
          'const [doc] = await docs(); const text = await read(doc.id); const cited = await cite({ doc: doc.id, start: 0, end: doc.bytes }); print(text.length)',
        ),
        block(`FINAL(${JSON.stringify(attack)})`),
      ]),
    })
    const home = join(place, 'home')
    const writ = await createWrit({ home, model: 'evil/<script>', baseUrl: simulator.url, apiKey: 'x' })
    ended.push(async () => {
      await writ.close()
      await simulator.stop()
      await rm(place, { recursive: true, force: true })
    })
    const answer = await writ.completion({
      query: `SIMTASK:x ${attack}`,
      context: [
        { id: `${attack}.txt`.replaceAll('/', '|'), text: `A text. ${attack.replace('\u0000', '')}` },
      ],
      strategy: 'recurse',
    })
    expect(answer).toMatchObject({ status: 'complete', answer: attack })
    expect(answer.citations.length).toBe(1)
    const page = await textOf(writ.export(answer.run, { format: 'html' }))
    const { tags, attributes } = markupOf(page)
    for (const tag of ['script', 'img', 'iframe', 'a0', 'object', 'link', 'base'])
      expect(tags).not.toContain(tag)
    expect(tags).toContain('svg')
    expect([...attributes].filter((name) => /^on|^style$|^src$/.test(name))).toEqual([])
    expect(page).not.toMatch(/(?![\n\t])[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u)
    expect(page).toContain('&#60;script&#62;alert(1)&#60;/script&#62;')
    expect(page).toContain('<span class="unseen">U+202E</span>')
    expect(page).toContain('<span class="unseen">U+001B</span>')
    expect(page).toContain('\ud83d\ude00')
    expect(page).toMatch(
      /Content-Security-Policy" content="default-src 'none'; style-src 'sha256-[A-Za-z0-9+/=]{44}'/,
    )
  })
})

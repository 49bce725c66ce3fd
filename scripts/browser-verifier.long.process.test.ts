import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { type VerdictReport, verifyEvidence } from '@writ/evidence'
import { type Browser, chromium, type Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createWrit } from 'writ'
import { bundleVerifier } from './bundle-verifier.ts'

const executablePath = process.env.WRIT_CHROMIUM ?? '/usr/bin/chromium'
const place = mkdtempSync(join(tmpdir(), 'writ-browser-'))
const [bundle, trust, answer] = [join(place, 'bundle'), join(place, 'trust.json'), join(place, 'answer.json')]
let evidence = ''

beforeAll(async () => {
  await bundleVerifier(bundle)
  const writ = await createWrit({ home: join(place, 'home') })
  try {
    const context = Array.from({ length: 40 }, (_, i) => ({
      id: `unit-${i}.txt`,
      text: `The lease of unit ${i} ends on ${1 + (i % 28)} May. It renews by itself.`,
    }))
    const given = await writ.completion({ query: 'When does the lease of unit 4 end?', context })
    evidence = given.evidence ?? ''
    writeFileSync(answer, JSON.stringify(given))
  } finally {
    await writ.close()
  }
  writeFileSync(trust, readFileSync(join(place, 'home', 'trust.json')))
})

afterAll(() => rmSync(place, { recursive: true, force: true }))

function inNode(file: string): Promise<VerdictReport> {
  const [root, given] = [trust, answer].map((path): unknown => JSON.parse(readFileSync(path, 'utf8')))
  return verifyEvidence(readFileSync(file), { trust: root as never, answer: given })
}

/** The file with one bit of one byte changed. */
function altered(at: number): string {
  const bytes = readFileSync(evidence)
  bytes.writeUInt8(bytes.readUInt8(at) ^ 1, at)
  const path = join(place, `altered-${at}.writ`)
  writeFileSync(path, bytes)
  return path
}

/** Places all over the file: headers, records, statements, policy, the padding at the end. */
function places(): number[] {
  const { length } = readFileSync(evidence)
  return Array.from({ length: 12 }, (_, i) => Math.floor((i * (length - 1)) / 11))
}

it('bundles what needs nothing of Node', () => {
  const code = readFileSync(join(bundle, 'writ-verify.js'), 'utf8').replaceAll(/\/\*.*?\*\//gs, '')
  expect(code).toMatch(/export \{[^}]*\bverifyEvidence\b/)
  expect(code.match(/\bnode:\w+|\bBuffer\b|\bprocess\.|\brequire\(|^import\b.*/gm)).toBe(null)
})

describe.skipIf(!existsSync(executablePath))('in Chromium (skipped where it is not installed)', () => {
  let browser: Browser
  let server: Server
  let asked: string[] = []

  beforeAll(async () => {
    browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] })
    server = createServer(({ url = '' }, response) => {
      asked.push(url)
      const module = url === '/writ-verify.js'
      response.setHeader('content-type', module ? 'text/javascript' : 'text/html')
      response.end(module ? readFileSync(join(bundle, 'writ-verify.js')) : '<!doctype html>')
    })
    await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready))
  })

  afterAll(async () => {
    await browser.close()
    await new Promise((closed) => server.close(closed))
  })

  function address(): string {
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  }

  async function withPage<T>(url: string, use: (page: Page) => Promise<T>): Promise<T> {
    const page = await browser.newPage()
    try {
      await page.goto(url)
      return await use(page)
    } finally {
      await page.close()
    }
  }

  it('the module gives the very report Node gives, for the file and for every altered copy', async () => {
    await withPage(address(), async (page) => {
      await page.setContent(
        '<input id="evidence" type="file"><input id="trust" type="file"><input id="answer" type="file">',
      )
      await page.setInputFiles('#trust', trust)
      await page.setInputFiles('#answer', answer)
      const inBrowser = async (file: string): Promise<unknown> => {
        await page.setInputFiles('#evidence', file)
        return page.evaluate(`(async () => {
          const { blobSource, verifyEvidence } = await import('/writ-verify.js')
          const file = (id) => document.getElementById(id).files[0]
          const json = async (id) => JSON.parse(await file(id).text())
          return verifyEvidence(blobSource(file('evidence')), { trust: await json('trust'), answer: await json('answer') })
        })()`)
      }
      const whole = await inNode(evidence)
      expect(whole).toMatchObject({ ok: true })
      const passed = whole.verdicts.filter(({ result }) => result === 'pass').map(({ name }) => name)
      expect(passed).toEqual(['INTEGRITY', 'AUTHORITY', 'COMPLETENESS', 'DISCLOSURE'])
      expect(await inBrowser(evidence)).toEqual(whole)
      for (const at of places()) {
        const copy = altered(at)
        const report = await inNode(copy)
        expect(report.ok).toBe(false)
        expect(await inBrowser(copy)).toEqual(report)
      }
    })
  })

  const verifier = pathToFileURL(join(bundle, 'verify.html')).href

  /** What the page says of files: its conclusion, and result and code of every verdict. */
  async function told(page: Page, files: Readonly<Record<string, string>>): Promise<[string, string[]]> {
    for (const [id, path] of Object.entries(files)) await page.setInputFiles(`#${id}`, path)
    await page.click('#check')
    await page.waitForSelector('#outcome[data-state="pass"], #outcome[data-state="fail"]')
    const rows = await page.locator('#verdicts > li').all()
    const said = rows.map(async (row) => {
      const read = (name: string): Promise<string | null> => row.getAttribute(`data-${name}`)
      return `${await read('verdict')} ${await read('result')} ${await read('code')}`
    })
    return [(await page.getAttribute('#outcome', 'data-state')) ?? '', await Promise.all(said)]
  }

  const summary = ({ verdicts }: VerdictReport): string[] =>
    verdicts.map(({ name, result, code }) => `${name} ${result} ${code}`)

  it('the page, opened from a file, says what Node says', async () => {
    await withPage(verifier, async (page) => {
      const wrong: string[] = []
      page.on('pageerror', ({ message }) => wrong.push(message))
      page.on('console', (message) => wrong.push(message.text()))
      const copy = altered(places()[5] ?? 0)
      expect(await told(page, { evidence, trust, answer })).toEqual(['pass', summary(await inNode(evidence))])
      expect(await told(page, { evidence: copy })).toEqual(['fail', summary(await inNode(copy))])
      const [state, said] = await told(page, { evidence, trust: answer })
      expect([state, said[1]]).toEqual(['fail', 'AUTHORITY fail BAD_TRUST_ROOT'])
      expect(await told(page, { trust: evidence })).toEqual(['fail', []])
      expect(await page.textContent('#outcome')).toContain('is no JSON file')
      expect(wrong).toEqual([])
    })
  })

  it('a result never stands beside a file that was chosen while it was made', async () => {
    await withPage(verifier, async (page) => {
      await page.evaluate(`{
        const read = Blob.prototype.arrayBuffer
        const held = new Promise((go) => { window.readOn = go })
        Blob.prototype.arrayBuffer = async function () { await held; return read.call(this) }
      }`)
      await page.setInputFiles('#evidence', evidence)
      await page.setInputFiles('#trust', trust)
      await page.click('#check')
      await page.setInputFiles('#evidence', altered(places()[5] ?? 0))
      await page.evaluate('window.readOn()')
      await page.waitForSelector('#check:not([disabled])')
      expect(await page.textContent('#outcome')).toBe('')
      expect((await told(page, {}))[0]).toBe('fail')
    })
  })

  it('the page can reach no network', async () => {
    await withPage(verifier, async (page) => {
      asked = []
      const reach = `Promise.allSettled([
        fetch('${address()}/fetched', { mode: 'no-cors' }),
        import('${address()}/imported'),
        new Promise((loaded, failed) => {
          const image = Object.assign(new Image(), { onload: loaded, onerror: failed, src: '${address()}/image' })
        }),
      ]).then((all) => all.map(({ status }) => status))`
      expect(await page.evaluate(reach)).toEqual(['rejected', 'rejected', 'rejected'])
      expect(asked).toEqual([])
    })
    // The same reaches the server from a page without that policy, so it is the policy that stops it.
    await withPage(address(), async (page) => {
      asked = []
      await page.evaluate(`fetch('${address()}/fetched', { mode: 'no-cors' }).then(() => true)`)
      expect(asked).toContain('/fetched')
    })
  })
})

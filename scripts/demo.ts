import { copyFile, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { join, resolve } from 'node:path'
import { type Answer, createWrit, verifyFile, type Writ } from 'writ'
import { describeVerdicts, RunTree } from 'writ/terminal'

// The main job, end to end, over about 5 MB of licence texts: a question that code can decide, one that it cannot, child
// frames, a refusal, and evidence that verifies until one byte of it is changed.

const EXACT = 'How many of these licences mention "patent litigation"?'
const MEANING = 'Which of these licences end patent rights when the licensee starts patent litigation?'
const LITERAL = 'patent litigation'

/** Licences put where the demo's user may not look: above the clearance of the personal bundle. */
const PRIVILEGED = ['CPL-1.0', 'IPL-1.0', 'RPSL-1.0']

const COLUMNS = 100
const SHOWN_PASSAGES = 4
const SHOWN_FRAMES = 5

/** What the built-in model releases, as far as the demo shows it. */
interface Found {
  readonly answer: string
  readonly counted?: readonly { readonly documents: number }[]
  readonly passages?: readonly { readonly doc: string; readonly quote: string }[]
  readonly needs?: string | null
}

const place = resolve('.demo')
const corpus = join(place, 'licences')
const home = join(place, 'home')

await rm(place, { recursive: true, force: true })
const bytes = await writeCorpus()
say(`Corpus: ${(bytes / 1e6).toFixed(1)} MB of licence texts in ${place.split('/').at(-1)}/licences.`)
say(`${PRIVILEGED.join(', ')} are labelled restricted; the demo's user is cleared for confidential.`)

const writ = await createWrit({ home })
try {
  await askExact(writ)
  await askForMeaning(writ)
} finally {
  await writ.close()
}
say(`\nAsk yourself: npx writ ask "How many of these licences mention patents?" .demo/licences`)

/** A question that code decides: held against a count of the files made here. */
async function askExact(room: Writ): Promise<void> {
  say(`\n1. A question that code can decide: ${EXACT}`)
  const { answer, found } = await ask(room, EXACT)
  say(`   ${found.answer}`)
  const counted = await filesWith(LITERAL)
  say(`   basis: ${answer.basis}. A count of the files themselves: ${counted}.`)
  if (answer.basis !== 'exact' || found.counted?.[0]?.documents !== counted)
    fail('The count is not that of the files.')
}

/** A question that only a reader can decide: the built-in model gives passages and says what would answer. */
async function askForMeaning(room: Writ): Promise<void> {
  say(`\n2. A question of meaning: ${MEANING}`)
  const { answer, found, tree } = await ask(room, MEANING)
  say(`   ${found.answer}`)
  for (const { doc, quote } of (found.passages ?? []).slice(0, SHOWN_PASSAGES))
    say(`   ${doc}: “${flat(quote)}”`)
  say(`   basis: ${answer.basis}. ${found.needs ?? ''}`)
  if (answer.basis !== 'passages' || (found.passages ?? []).length === 0) fail('There should be passages.')
  await checkQuotes(answer)
  const { documents, touched, bytes: whole, searched } = answer.coverage
  say(
    `   Searched ${share(searched, whole)} of the corpus; text of ${touched} of ${documents} documents was read.`,
  )

  say('\n3. The built-in model (no neural network) opened frames with REPLs of their own:')
  const lines = tree.lines(COLUMNS - 3)
  for (const line of lines.slice(0, SHOWN_FRAMES)) say(`   ${line}`)
  if (lines.length > SHOWN_FRAMES) say(`   … ${lines.length - SHOWN_FRAMES} more`)
  if (answer.usage.maxDepth < 1) fail('No child frame took part.')

  const [denial] = answer.denials
  if (denial === undefined || denial.policies.length === 0) fail('No refusal with a policy id is shown.')
  say(`\n4. Refused, by policy ${denial.policies.join(', ')}: ${denial.action} (${denial.reason}),`)
  say(`   ${denial.count} times. What is withheld is in no count and no passage above.`)
  await checkEvidence(answer)
}

async function ask(
  room: Writ,
  query: string,
): Promise<{ readonly answer: Answer; readonly found: Found; readonly tree: RunTree }> {
  const tree = new RunTree()
  const answer = await room.completion({
    query,
    context: { paths: [corpus] },
    onEvent: (event) => tree.add(event),
  })
  // The built-in model releases an object of this form.
  return { answer, found: answer.value as unknown as Found, tree }
}

async function checkEvidence(answer: Answer): Promise<void> {
  const evidence = answer.evidence ?? fail('The run left no evidence file.')
  const trust = join(home, 'trust.json')
  say('\n5. The proof, checked offline against the trust root that was kept apart:')
  const report = await verifyFile(evidence, { trust, answer })
  say(indented(describeVerdicts(report)))
  if (!report.ok) fail('The evidence should have verified.')
  const refused = await verifyFile(await alterOneByte(evidence), { trust, answer })
  const [first] = refused.verdicts.filter((verdict) => verdict.result === 'fail')
  say('\n6. The same file with one byte changed:')
  say(`   ✗ ${first?.name} ${first?.code}: ${flat(first?.detail ?? '')}`)
  if (refused.ok) fail('The altered evidence should have been refused.')
}

async function writeCorpus(): Promise<number> {
  const licenses = createRequire(import.meta.url)('spdx-license-list/full') as Record<
    string,
    { readonly licenseText: string }
  >
  await mkdir(join(corpus, 'privileged'), { recursive: true })
  let size = 0
  for (const [id, { licenseText }] of Object.entries(licenses)) {
    const folder = PRIVILEGED.includes(id) ? join(corpus, 'privileged') : corpus
    await writeFile(join(folder, `${id}.txt`), licenseText)
    size += Buffer.byteLength(licenseText)
  }
  const labels = { labels: [{ glob: 'privileged/**', label: 'restricted' }] }
  await writeFile(join(corpus, 'corpus.json'), JSON.stringify(labels))
  return size
}

/** Files outside the privileged folder with a line that holds the words, as `grep -w -i -l` counts them. */
async function filesWith(words: string): Promise<number> {
  const pattern = new RegExp(`(?<![A-Za-z0-9_])${words}(?![A-Za-z0-9_])`, 'i')
  const names = (await readdir(corpus)).filter((name) => name.endsWith('.txt'))
  const texts = await Promise.all(names.map((name) => readFile(join(corpus, name), 'utf8')))
  return texts.filter((text) => text.split('\n').some((line) => pattern.test(line))).length
}

/** Every quote is found, byte for byte, in the file it names. */
async function checkQuotes(given: Answer): Promise<void> {
  for (const { doc, start, end, quote } of given.citations) {
    const file = await readFile(join(corpus, doc))
    if (file.subarray(start, end).toString('utf8') !== quote)
      fail(`The citation of ${doc} does not match the file.`)
  }
  say(`   All ${given.citations.length} quotes match their files byte for byte.`)
}

async function alterOneByte(file: string): Promise<string> {
  const copy = join(place, 'altered.writ')
  await copyFile(file, copy)
  const content = await readFile(copy)
  const at = Math.floor(content.length / 2)
  content.writeUInt8(content.readUInt8(at) ^ 1, at)
  await writeFile(copy, content)
  return copy
}

function share(part: number, whole: number): string {
  return whole === 0 ? '0 %' : `${((100 * part) / whole).toFixed(0)} %`
}

/** A text on one line, cut to what a line of the demo holds. */
function flat(text: string): string {
  const line = text.replace(/\s+/g, ' ').trim()
  return line.length > 70 ? `${line.slice(0, 69)}…` : line
}

function indented(text: string): string {
  return text
    .trimEnd()
    .split('\n')
    .map((line) => `   ${line}`)
    .join('\n')
}

function say(text: string): void {
  const lines = text
    .split('\n')
    .map((line) => (line.length > COLUMNS ? `${line.slice(0, COLUMNS - 1)}…` : line))
  process.stdout.write(`${lines.join('\n')}\n`)
}

function fail(message: string): never {
  process.stderr.write(`demo: ${message}\n`)
  process.exit(1)
}

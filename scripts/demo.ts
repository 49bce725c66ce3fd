import { copyFile, mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { join, resolve } from 'node:path'
import { type Answer, createWrit, type RunEvent, verifyFile } from 'writ'
import { describeVerdicts, lineWatch, printAnswer, RunTree, treeWatch } from 'writ/terminal'

// The main job, end to end: a lawyer's question over about 5 MB of licence texts, answered under policy by the built-in
// extractive model, with evidence that verifies, and that does not once a byte of it is changed.

const QUESTION = 'Which of these licences end patent rights when the licensee starts patent litigation?'

/** Licences put where the demo's user may not look: above the clearance of the personal bundle. */
const PRIVILEGED = ['CPL-1.0', 'IPL-1.0', 'RPSL-1.0']

interface License {
  readonly licenseText: string
}

const place = resolve('.demo')
const corpus = join(place, 'licences')
const home = join(place, 'home')

await rm(place, { recursive: true, force: true })
const bytes = await writeCorpus()
say(`Corpus: ${bytes.toLocaleString('en-US')} bytes of licence texts in ${corpus}`)
say(`${PRIVILEGED.join(', ')} are labelled restricted; the demo's user is cleared for confidential.\n`)
say(`Question: ${QUESTION}\n`)

const { answer, tree, governance } = await ask()
say(`\nThe tree of frames:\n${tree.lines(process.stdout.columns || 140).join('\n')}\n`)
say(`Answer of the built-in extractive model (no neural network; scores nothing about real models):\n`)
process.stdout.write(printAnswer(answer))
say(
  `\nGovernance took ${Math.round(governance.decideMs)} ms for ${governance.decisions} decisions and ` +
    `${Math.round(governance.recordMs)} ms of waiting for ${governance.records} durable records (added up over frames ` +
    `that wait side by side, the model's own computing included) in a run of ${answer.usage.wallMs} ms.\n`,
)
await checkQuotes(answer)

const evidence = answer.evidence ?? fail('The run left no evidence file.')
const trust = join(home, 'trust.json')
say(`Verifying ${evidence} against the trust root ${trust}, offline:`)
const report = await verifyFile(evidence, { trust, answer })
process.stdout.write(describeVerdicts(report))
if (!report.ok) fail('The evidence should have verified.')

const altered = await alterOneByte(evidence)
say(`\nThe same file with one byte changed (${altered}):`)
const refused = await verifyFile(altered, { trust, answer })
process.stdout.write(describeVerdicts(refused))
if (refused.ok) fail('The altered evidence should have been refused.')

checkAnswer(answer)
say('\nTry it: npx writ ask "Which of these licences mention patents?" .demo/licences')

async function writeCorpus(): Promise<number> {
  const licenses = createRequire(import.meta.url)('spdx-license-list/full') as Record<string, License>
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

async function ask(): Promise<{
  answer: Answer
  tree: RunTree
  governance: Extract<RunEvent, { type: 'answer' }>['governance']
}> {
  const tree = new RunTree()
  const watch = process.stdout.isTTY ? treeWatch(process.stdout) : lineWatch(process.stdout)
  let governance = { decideMs: 0, decisions: 0, recordMs: 0, records: 0 }
  const writ = await createWrit({ home })
  try {
    const answer = await writ.completion({
      query: QUESTION,
      context: { paths: [corpus] },
      onEvent: (event) => {
        tree.add(event)
        watch.onEvent(event)
        if (event.type === 'answer') governance = event.governance
      },
    })
    return { answer, tree, governance }
  } finally {
    watch.stop()
    await writ.close()
  }
}

/** Every quote is found, byte for byte, in the file it names. */
async function checkQuotes(given: Answer): Promise<void> {
  for (const { doc, start, end, quote } of given.citations) {
    const file = await readFile(join(corpus, doc))
    if (file.subarray(start, end).toString('utf8') !== quote)
      fail(`The citation of ${doc} does not match the file.`)
  }
  say(`All ${given.citations.length} quotes match their files byte for byte.\n`)
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

/** What the demo promises: names that must be in the answer, names that must not, a refusal, and children. */
function checkAnswer(given: Answer): void {
  const named = new Set(given.citations.map(({ doc }) => doc.replace(/\.txt$/, '')))
  for (const id of ['Apache-2.0', 'MPL-2.0', 'EPL-2.0'])
    if (!named.has(id) || !given.answer?.includes(id)) fail(`The answer does not name ${id}.`)
  for (const id of ['MIT', 'ISC', 'BSD-3-Clause'])
    if (new RegExp(`(^|[^\\w.-])${id}($|[^\\w.-])`).test(given.answer ?? '')) fail(`The answer names ${id}.`)
  if (!given.denials.some((denial) => denial.policies.length > 0))
    fail('No refusal with a policy id is shown.')
  if (given.usage.maxDepth < 1) fail('No child frame took part.')
}

function say(text: string): void {
  process.stdout.write(`${text}\n`)
}

function fail(message: string): never {
  process.stderr.write(`demo: ${message}\n`)
  process.exit(1)
}

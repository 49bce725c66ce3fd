import type { TrustRoot } from '@writ/contract'
import { type Verdict, type VerdictReport, verifyEvidence } from '@writ/evidence'
import { blobSource } from './blob-source.ts'
import { adviceOn, QUESTIONS, RESULTS } from './verdict-words.ts'

const form = part('form', HTMLFormElement)
const button = part('check', HTMLButtonElement)
const outcome = part('outcome', HTMLElement)
const verdicts = part('verdicts', HTMLOListElement)

form.addEventListener('submit', (event) => {
  event.preventDefault()
  void check()
})
/** Counts choices: a result stays only as long as what it is about, and comes only while that is still chosen. */
let choice = 0
form.addEventListener('change', () => {
  choice += 1
  show('', '', [])
})

async function check(): Promise<void> {
  const about = choice
  button.disabled = true
  show('busy', 'Checking… large files take a while.', [])
  try {
    const report = await judged()
    if (about === choice) showReport(report)
  } catch (error) {
    if (about === choice) show('fail', error instanceof Error ? error.message : String(error), [])
  } finally {
    button.disabled = false
  }
}

/** Throws an Error with a sentence for the user when a file chosen cannot be used. */
async function judged(): Promise<VerdictReport> {
  const evidence = chosen('evidence')
  if (evidence === undefined) throw new Error('Choose an evidence file first.')
  const [trust, answer] = [chosen('trust'), chosen('answer')]
  return await verifyEvidence(blobSource(evidence), {
    // Its shape is judged by the verifier, like all that comes from outside.
    ...(trust === undefined ? {} : { trust: (await json(trust, 'The trust root')) as TrustRoot }),
    ...(answer === undefined ? {} : { answer: await json(answer, 'The answer') }),
  })
}

function chosen(id: string): File | undefined {
  return part(id, HTMLInputElement).files?.[0]
}

async function json(file: File, what: string): Promise<unknown> {
  try {
    return JSON.parse(await file.text())
  } catch {
    throw new Error(`${what}, ${file.name}, is no JSON file.`)
  }
}

function showReport(report: VerdictReport): void {
  const { ok, verdicts: all } = report
  const open = all.filter(({ result }) => result === 'not-evaluated').length
  const rest = open === 0 ? '' : ` ${open} of ${all.length} checks could not be judged here; see why below.`
  const holds = `The evidence holds. Everything that was judged passed.${rest}`
  const unknown =
    chosen('trust') === undefined ? ' No trust root was chosen, so nobody stands behind it.' : ''
  const fails = `Do not rely on this file. At least one check failed.${unknown}${rest}`
  show(ok ? 'pass' : 'fail', ok ? holds : fails, all.map(row))
}

function show(state: string, text: string, rows: readonly HTMLElement[]): void {
  outcome.dataset.state = state
  outcome.textContent = text
  verdicts.replaceChildren(...rows)
}

function row(verdict: Verdict): HTMLElement {
  const { title, asks } = QUESTIONS[verdict.name]
  const advice = adviceOn(verdict)
  const item = made('li', '', [
    made('h3', title),
    made('p', RESULTS[verdict.result], [], 'result'),
    made('p', asks, [], 'asks'),
    ...(advice === undefined ? [] : [made('p', advice)]),
    made('p', verdict.detail, [], advice === undefined ? '' : 'beside'),
    made(
      'p',
      [verdict.name, verdict.code, verdict.at].filter((word) => word !== null).join(' · '),
      [],
      'code',
    ),
  ])
  item.dataset.verdict = verdict.name
  item.dataset.result = verdict.result
  item.dataset.code = verdict.code
  return item
}

function made(tag: string, text: string, children: readonly HTMLElement[] = [], kind = ''): HTMLElement {
  const element = document.createElement(tag)
  element.textContent = text
  element.append(...children)
  if (kind !== '') element.className = kind
  return element
}

function part<T extends HTMLElement>(id: string, type: abstract new () => T): T {
  const element = document.getElementById(id)
  if (!(element instanceof type)) throw new Error(`The page has no ${id}.`)
  return element
}

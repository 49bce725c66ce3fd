import { type CellResult, type Frame, type FrameEnd, toWritError, WritError } from '@writ/contract'
import { rescue } from './rescue.ts'
import { cutMiddle } from './show.ts'

/** Characters of what a script printed that go into the reason of a run that failed. */
const MOST_SAID = 2_000

/**
 * Runs the script of a run: one cell that gives it `input` and `question`, then the script itself. What it releases is
 * released. A script that was cut short releases the draft it left in `answer.content`, as a frame with a model does.
 */
export async function runScript(frame: Frame): Promise<FrameEnd> {
  try {
    const valueJson = await valueJsonOf(frame)
    await frame.release(valueJson, true)
    return { incomplete: false }
  } catch (error) {
    const known = toWritError(error)
    return await rescue(frame, known, known.code === 'TIMED_OUT')
  }
}

async function valueJsonOf(frame: Frame): Promise<string> {
  const { script, goal } = frame
  if (script === undefined) throw new WritError('INTERNAL', 'A run without a script was to follow one.')
  const given = await frame.cell({ language: 'javascript', code: givenCode(script.inputJson, goal) })
  if (given.outcome !== 'ok') throw failure(given)
  const result = await frame.cell(script.cell)
  if (result.finalJson !== undefined) return result.finalJson
  if (result.outcome !== 'ok') throw failure(result)
  throw new WritError('NO_ANSWER', 'The script ended without FINAL(value).', {
    next: 'Have it release its value with FINAL(value).',
  })
}

/** Texts of JSON are texts of JavaScript once they are quoted. */
function givenCode(inputJson: string, question: string): string {
  return `const input = JSON.parse(${JSON.stringify(inputJson)}); const question = ${JSON.stringify(question)};`
}

/**
 * The error of a script: what it threw, with its place, in one line. Its code is the same whatever the script says of it: that a
 * limit or a refusal is behind it, the kernel knows by itself.
 */
function failure({ outcome, error }: CellResult): WritError {
  const said = error === undefined ? outcome : `${error.name}: ${error.message}`
  // What a model is told of its variables says nothing to whoever wrote a script.
  const own = outcome === 'limit' || outcome === 'imposed' ? said.split(';', 1)[0] : said
  return new WritError('SCRIPT_FAILED', `The script failed: ${cutMiddle(inOneLine(own ?? said), MOST_SAID)}`)
}

/** A message and its place, without the line that points into the source. */
function inOneLine(text: string): string {
  const lines = text.split('\n').map((line) => line.trim())
  return lines.filter((line) => line !== '' && line !== '^').join(' ')
}

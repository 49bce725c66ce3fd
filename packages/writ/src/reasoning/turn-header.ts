import {
  type CorpusView,
  type Frame,
  type FrameStatus,
  formatLabel,
  whole,
  withMessages,
} from '@writ/contract'
import { packagesPrompt, scriptsPrompt } from './prompts.ts'
import { releasePrompt } from './schema-prompts.ts'

/** The lines above every message to the model: where the frame stands, and a warning if there is one. */
export function turnHeader(
  frame: Frame,
  { label, pressure }: FrameStatus,
  turn: number,
  last: boolean,
  warning?: string,
): string {
  const parts = [
    `turn ${turn} of ${frame.maxTurns}`,
    `depth ${frame.depth} of ${frame.maxDepth}`,
    `label ${formatLabel(label)}`,
  ]
  if (pressure.length > 0) parts.push(`80 % or more used: ${pressure.join(', ')}`)
  const line = `[${parts.join(' · ')}]`
  if (last) return `${line}\nThis is your last turn: release what you have now with FINAL(value).`
  return warning === undefined ? line : `${line}\n${warning}`
}

/** A frame's first message: its goal, what may be said of its corpus, the schema of its value, and what was said before. */
export function firstMessage(frame: Frame): string {
  const typed = frame.schema === null ? '' : `\n\n${releasePrompt(frame.schema)}`
  const scripts = frame.role === 'verifier' ? '' : scriptsPrompt(frame)
  const said = [describeCorpus(frame.corpus, frame.context.type), packagesPrompt(frame), scripts]
  const lines = said.filter((line) => line !== '')
  const asked = `Question:\n${frame.goal}\n\n${lines.join('\n')}${typed}`
  return withMessages(asked, frame.conversation)
}

/** Bytes of document ids in a first message: a frame's last turn has room for so many and no more. */
const SAMPLE_BYTES = 1_000

/** As many ids, in order, as fit. */
function sampleText(ids: readonly string[]): string {
  let text = ''
  for (const id of ids) {
    const longer = text === '' ? id : `${text}, ${id}`
    if (Buffer.byteLength(longer) > SAMPLE_BYTES) return `${text} …`
    text = longer
  }
  return text
}

function describeCorpus(corpus: CorpusView, context: string): string {
  if (context === 'none' && corpus.documents === 0) return 'Corpus: none.'
  const size = `${whole(corpus.documents)} documents, ${whole(corpus.bytes)} bytes`
  const shape = context === 'text' ? ' `context` is its text, a string.' : ''
  const sample = corpus.sample.length > 0 ? `\nThe first of them: ${sampleText(corpus.sample)}` : ''
  return `Corpus: ${size}.${shape}${sample}`
}

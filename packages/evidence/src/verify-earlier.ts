import { type Conversation, flowsTo, isCutOf, type Json } from '@writ/contract'
import { canonicalJson } from './canonical.ts'
import { disclosurePath } from './disclosures.ts'
import { hex } from './encoding.ts'
import type { Contents } from './evidence-contents.ts'
import { RECORDS } from './evidence-layout.ts'
import type { RecordPass } from './record-pass.ts'
import { refuse } from './verdict.ts'

/** An evidence file that was read. */
export interface ReadFile {
  readonly contents: Contents
  readonly pass: RecordPass
}

const AT = `${RECORDS}#/0/det/conversation`

/**
 * Holds a run against one that it says it goes on from: it has to name the records of that run, have its label, and say its
 * answer where both lay it open.
 */
export function verifyEarlier({ contents, pass }: ReadFile, earlier: ReadFile): void {
  const { run } = earlier.contents
  const { first } = pass
  const conversation = first.kind === 'run.open' ? first.det.conversation : undefined
  const named = conversation?.follows.find((follow) => follow.run === run)
  if (conversation === undefined || named === undefined)
    refuse('NOT_EARLIER', `The run does not say that it goes on from run ${run}.`, AT)
  if (named.root !== hex(earlier.pass.root) || named.records !== earlier.pass.size)
    refuse('NOT_EARLIER', `The run goes on from other records of run ${run} than the file has.`, AT)
  const { last, released } = earlier.pass
  if (last.kind !== 'run.close' || released === undefined)
    refuse('NOT_EARLIER', `The run ${run} has no answer to go on from.`, AT)
  if (!flowsTo(last.det.label, conversation.label))
    refuse('NOT_EARLIER', `The answer of run ${run} is labelled above the conversation.`, `${AT}/label`)
  const told = opened(contents, '0', 0, 'run.open/earlier')
  const answered = opened(earlier.contents, released.lane, released.n, 'output.release/value')
  if (told === undefined || answered === undefined) return
  const messages = JSON.parse(told) as Conversation['messages']
  const text = textOf(JSON.parse(answered) as Json)
  // An answer that was asked for as JSON says its text as a JSON string.
  const forms = [text, canonicalJson(text)]
  const said = messages.some(
    (message) => message.role === 'assistant' && forms.some((form) => isCutOf(message.text, form)),
  )
  if (!said) refuse('NOT_EARLIER', `No message before the question is the answer of run ${run}.`, AT)
}

function textOf(value: Json): string {
  return typeof value === 'string' ? value : canonicalJson(value)
}

function opened(
  { disclosures }: Contents,
  lane: string,
  n: number,
  field: `${string}/${string}`,
): string | undefined {
  const path = disclosurePath(lane, n, field)
  return disclosures.items.find((item) => item.path === path)?.text
}

import type { MessageHeaders } from '@writ/contract'
import type { OpenPack } from '../pack-directory.ts'
import { wholeCharacters } from '../utf8.ts'

/** Where the headers of a message are looked for; what is longer names more messages than a thread has. */
const HEADER_BYTES: number = 64 * 1024
const MOST_IDS = 1_000

const kept = new WeakMap<OpenPack, readonly MessageHeaders[]>()

/** What the messages of a pack say of their threads. Read at first use, then kept as long as the pack is open. */
export function readMessages(open: OpenPack): readonly MessageHeaders[] {
  const known = kept.get(open)
  if (known !== undefined) return known
  const { pack } = open
  const messages = pack.documents
    .filter(({ extract }) => extract?.format === 'email')
    .map((doc) => {
      const bytes = pack.text(doc, 0, Math.min(doc.bytes, HEADER_BYTES))
      return headersOf(doc.id, bytes.toString('utf8', 0, wholeCharacters(bytes)))
    })
  kept.set(open, messages)
  return messages
}

/** The parser writes each header on a line of its own, and a blank line behind the last. */
export function headersOf(doc: string, text: string): MessageHeaders {
  const head = text.split('\n\n', 1)[0] ?? ''
  const lines = new Map<string, string>()
  for (const line of head.split('\n')) {
    const at = line.indexOf(': ')
    const name = line.slice(0, at)
    if (at > 0 && !lines.has(name)) lines.set(name, line.slice(at + 2))
  }
  const { subject, isReply } = subjectOf(lines.get('Subject') ?? '')
  return {
    doc,
    id: idsOf(lines.get('Message-ID'))[0] ?? null,
    inReplyTo: idsOf(lines.get('In-Reply-To')),
    references: idsOf(lines.get('References')),
    subject,
    isReply,
  }
}

function idsOf(value = ''): readonly string[] {
  return [...new Set(value.match(/<[^<>\s]{1,900}>/g) ?? [])].slice(0, MOST_IDS)
}

/** A subject as it is compared: without the prefixes that replies have, which are those of several languages. */
function subjectOf(written: string): Pick<MessageHeaders, 'subject' | 'isReply'> {
  let subject = written.trim().toLowerCase()
  let isReply = false
  for (let n = 0; n < 20; n += 1) {
    const prefix = /^(?:re|aw|antw|sv|vs|rif|res)(?:\[\d{1,3}\])?:\s{0,8}/.exec(subject)?.[0]
    if (prefix === undefined) break
    subject = subject.slice(prefix.length)
    isReply = true
  }
  return { subject: subject.trim(), isReply }
}

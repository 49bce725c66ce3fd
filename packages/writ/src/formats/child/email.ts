import type { Parsed, ParsedMember, ParseRequest } from '@writ/contract'
import PostalMime, { type Address, type Attachment, type Email } from 'postal-mime'
import { MAX_PARTS } from '../limits.ts'
import { plainLines } from './block-text.ts'
import { htmlBlocks } from './html-blocks.ts'
import { hasReturnInHeaders, withNewlines } from './mail-lines.ts'
import { Refused } from './refused.ts'
import { oneLine, TextBuilder } from './text-builder.ts'

const MOST_NESTED_PARTS = 50
const MOST_HEADER_BYTES: number = 1024 * 1024

/** A message: its headers and its body as text, and its attachments as files of their own. */
export async function parseEmail({ bytes: given }: ParseRequest): Promise<Parsed> {
  const bytes = withNewlines(given)
  if (hasReturnInHeaders(bytes))
    throw new Refused('damaged', 'its headers have lines that end in a return and others that do not')
  const email = await PostalMime.parse(bytes, {
    attachmentEncoding: 'arraybuffer',
    forceRfc822Attachments: true,
    maxNestingDepth: MOST_NESTED_PARTS,
    maxHeadersSize: MOST_HEADER_BYTES,
  })
  const headers = headerLines(email)
  if (headers.length === 0)
    throw new Refused('damaged', 'it is no message: it has no sender, date or subject')
  if (email.attachments.length > MAX_PARTS)
    throw new Refused('limits', `it has more than ${MAX_PARTS} attachments`)
  const parts = partsOf(email, bytes)
  if (parts === 'none')
    throw new Refused('damaged', 'it says that it has parts, and where they begin cannot be told')
  const text = new TextBuilder('part')
  if (parts === 'no end') text.warn('it ends before its last part does: it was cut short')
  text.mark(text.name('headers of the message'))
  for (const line of headers) text.add(`${line}\n`)
  text.add('\n')
  text.mark(text.name('body of the message'))
  text.add(bodyOf(email))
  const members = email.attachments.map(memberOf)
  return { document: text.document(email.subject), members, left: [] }
}

/** What a message of parts has of them: none, parts without an end, or all. A parser takes what it finds, and says nothing. */
function partsOf({ headers }: Email, bytes: Uint8Array): 'none' | 'no end' | 'whole' {
  const type = headers.find(({ key }) => key === 'content-type')?.value ?? ''
  if (!/^\s*multipart\//i.test(type)) return 'whole'
  const [, quoted, plain] = /;\s*boundary\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^;\s]*))/i.exec(type) ?? []
  const boundary = quoted?.replaceAll(/\\(.)/g, '$1') ?? plain
  if (boundary === undefined) return /;\s*boundary\*/i.test(type) ? 'whole' : 'none'
  const message = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  if (endsWithHeaders(message.toString('latin1'))) return 'whole'
  if (boundary === '' || !message.includes(`\n--${boundary}`)) return 'none'
  return message.includes(`\n--${boundary}--`) ? 'whole' : 'no end'
}

/** Whether the headers are all that was kept of a message. */
function endsWithHeaders(message: string): boolean {
  const end = message.search(/\r?\n\r?\n/)
  return end < 0 || message.slice(end).trim() === ''
}

function headerLines(email: Email): string[] {
  const given = [
    ['From', addresses(email.from === undefined ? [] : [email.from])],
    ['To', addresses(email.to ?? [])],
    ['Cc', addresses(email.cc ?? [])],
    ['Date', email.headers.find(({ key }) => key === 'date')?.value ?? ''],
    ['Subject', email.subject ?? ''],
    ['Message-ID', email.messageId ?? ''],
    ['In-Reply-To', email.inReplyTo ?? ''],
    ['References', email.references ?? ''],
  ]
  return given.flatMap(([name = '', value = '']) => {
    const line = value.replaceAll(/\s+/g, ' ').trim()
    return line === '' ? [] : [`${name}: ${line}`]
  })
}

function addresses(list: readonly Address[]): string {
  return list
    .flatMap((entry) => (entry.group === undefined ? [entry] : entry.group))
    .map(({ name, address }) => (name ? `${name} <${address}>` : (address ?? '')))
    .join(', ')
}

/** The body as text; where there is only a page, as its reader sees it. */
function bodyOf({ text, html }: Email): string {
  const plain = (text ?? '').replaceAll('\r\n', '\n').trimEnd()
  if (plain !== '' || html === undefined) return plain === '' ? '' : `${plain}\n`
  return plainLines(htmlBlocks(html).blocks)
}

function memberOf({ filename, mimeType, content }: Attachment, at: number): ParsedMember {
  const bytes = typeof content === 'string' ? Buffer.from(content) : new Uint8Array(content)
  const kind = mimeType === 'message/rfc822' ? 'eml' : ''
  // Folders in the name of an attachment mean nothing.
  const named = oneLine((filename ?? '').replaceAll(/[/\\]/g, '_'))
  const name =
    named === '' || /^\.+$/.test(named) ? `attachment-${at + 1}${kind === '' ? '' : `.${kind}`}` : named
  return { name: kind !== '' && !name.toLowerCase().endsWith('.eml') ? `${name}.${kind}` : name, bytes }
}

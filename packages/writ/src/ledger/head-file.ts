import { hash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { hasCode } from '../disk/durable-file.ts'

/**
 * The head of a shard, in a file outside its database, so that damage to the one shows in the other. It has three slots of
 * one sector each: a power cut that tears one leaves the others whole.
 */
export const SLOT_BYTES = 512
/** Rewritten after each commit and never flushed. It counts within the boot it names. */
export const LATEST_SLOT = 0
/** Rewritten in turn, and flushed, after each commit that was flushed. The newer one counts, after any power cut. */
export const FLUSHED_SLOTS = [1, 2] as const

const SCHEMA = 'writ.head/1'
const NONE = '-'
const SLOT =
  /^writ\.head\/1 (shard-\d{4}) (\d{1,15}) (\d{1,15}) ([0-9a-f]{64}) ([A-Za-z0-9_-]{1,64}) ([0-9a-f-]{1,64}) ([0-9a-f]{16}) *\n$/

/** Where a shard stands after one of its commits. */
export interface Head {
  /** Number of the commit. The first is 1. */
  readonly seq: number
  /** Records in the shard by then. */
  readonly records: number
  /** Hash chain over the records of all commits so far, in hex. */
  readonly root: string
  /** Run that was written last; empty when none was. */
  readonly run: string
}

/** What a head file says. */
export interface StoredHead {
  /** Head of the last flushed commit; undefined when the file cannot be read as one. */
  readonly flushed: Head | undefined
  /** Which slot holds it. */
  readonly slot: number
  /** Head of the last commit, and the boot it was made in. */
  readonly latest: { readonly head: Head; readonly boot: string } | undefined
}

/** The head file of the shard at this path. */
export function headPath(shard: string): string {
  return join(dirname(dirname(shard)), 'heads', `${nameOf(shard)}.head`)
}

/** The name of the shard at this path. */
export function nameOf(shard: string): string {
  return basename(shard, '.db')
}

/** One slot: a line of text with a check over it, so that a torn or altered one is not read. */
export function formatSlot(shard: string, head: Head, boot: string | undefined): Uint8Array {
  const { seq, records, root, run } = head
  const said = [SCHEMA, shard, seq, records, root, run || NONE, boot ?? NONE].join(' ')
  return Buffer.from(`${`${said} ${checkOf(said)}`.padEnd(SLOT_BYTES - 1)}\n`)
}

/** A whole file that says this of a shard. */
export function formatHeadFile(shard: string, head: Head, boot: string | undefined): Uint8Array {
  const flushed = formatSlot(shard, head, undefined)
  return Buffer.concat([formatSlot(shard, head, boot), flushed, flushed])
}

/** Reads the head file of the shard at this path; undefined when there is none. */
export function readHead(shard: string): StoredHead | undefined {
  const bytes = readIfThere(headPath(shard))
  if (bytes === undefined) return undefined
  const slots = [LATEST_SLOT, ...FLUSHED_SLOTS].map((slot) => parseSlot(bytes, slot, nameOf(shard)))
  const [latest] = slots
  const slot = FLUSHED_SLOTS.reduce((a, b) =>
    (slots[b]?.head.seq ?? -1) > (slots[a]?.head.seq ?? -1) ? b : a,
  )
  return { flushed: slots[slot]?.head, slot, latest }
}

function parseSlot(
  bytes: Buffer,
  slot: number,
  shard: string,
): { readonly head: Head; readonly boot: string } | undefined {
  const text = bytes.subarray(slot * SLOT_BYTES, (slot + 1) * SLOT_BYTES).toString('latin1')
  const [, name, seq, records, root = '', run = '', boot = '', check] = SLOT.exec(text) ?? []
  const said = [SCHEMA, name, seq, records, root, run, boot].join(' ')
  if (name !== shard || check !== checkOf(said)) return undefined
  return { head: { seq: Number(seq), records: Number(records), root, run: run === NONE ? '' : run }, boot }
}

function checkOf(said: string): string {
  return hash('sha256', said, 'hex').slice(0, 16)
}

function readIfThere(path: string): Buffer | undefined {
  try {
    return readFileSync(path)
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return undefined
    throw error
  }
}

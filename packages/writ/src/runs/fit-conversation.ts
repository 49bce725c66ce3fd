import {
  type Conversation,
  cutText,
  type EarlierRun,
  joinLabels,
  type Label,
  type Message,
} from '@writ/contract'

/** A message and what is known of it. */
export interface SaidMessage {
  readonly message: Message
  readonly label: Label
  /** The runs that the evidence has to name for it. */
  readonly follows: readonly EarlierRun[]
}

/** Bytes a message takes beside its text: its tags, its part of the opening record. */
const MESSAGE_BYTES = 256
/** A message is not cut to fewer bytes than this. */
const LEAST_BYTES = 256

/**
 * What of a conversation fits so many bytes. The oldest messages give way first. What the application says stays, in half
 * the room at most. A message that does not fit by itself is cut in its middle. Undefined when nothing is left.
 */
export function fitConversation(said: readonly SaidMessage[], room: number): Conversation | undefined {
  const kept: Kept = new Map()
  const left = take(said.filter(isByApplication), Math.floor(room / 2), kept)
  const rest = said.filter((one) => !isByApplication(one)).reverse()
  take(rest, room - (Math.floor(room / 2) - left), kept)
  const all = said.filter((one) => kept.has(one))
  const [first] = all
  if (first === undefined) return undefined
  const follows = all.flatMap((one) => one.follows)
  return {
    messages: all.map((one) => kept.get(one) ?? one.message),
    leftOut: said.length - all.length,
    label: all.reduce((label, one) => joinLabels(label, one.label), first.label),
    follows: [...new Map(follows.map((run) => [run.run, run])).values()],
  }
}

type Kept = Map<SaidMessage, Message>

/** Takes messages in their order while there is room, and gives the room that is left. The first of them may be cut. */
function take(said: readonly SaidMessage[], room: number, kept: Kept): number {
  let left = room
  for (const [at, one] of said.entries()) {
    const { role, text } = one.message
    const most = left - MESSAGE_BYTES
    if (Buffer.byteLength(text) > most && (at > 0 || most < LEAST_BYTES)) break
    const fitting = cutText(text, most)
    kept.set(one, { role, text: fitting })
    left = most - Buffer.byteLength(fitting)
  }
  return left
}

function isByApplication({ message }: SaidMessage): boolean {
  return message.role === 'system'
}

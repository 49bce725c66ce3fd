import type { Label } from './label.ts'
import type { Message } from './message.ts'

/** What was said before a question, as the root is shown it. */
export interface Conversation {
  /** Oldest first. */
  readonly messages: readonly Message[]
  /** Messages that had no room: the oldest ones. */
  readonly leftOut: number
  /** The least label above every message. */
  readonly label: Label
  /** Runs whose answers are among the messages. */
  readonly follows: readonly EarlierRun[]
}

/** A finished run that another one goes on from. */
export interface EarlierRun {
  readonly run: string
  /** RFC 6962 root (hex) over its records. */
  readonly root: string
  readonly records: number
}

/** What an answer tells of the conversation that its question belongs to. */
export interface AnsweredConversation {
  /** Earlier messages that the root was shown. */
  readonly messages: number
  readonly leftOut: number
  /** Runs whose answers are among them. */
  readonly follows: readonly string[]
}

/** The conversation that a question belongs to, as far as it is no content. */
export interface RecordedConversation {
  /** How many earlier messages the root was shown. */
  readonly messages: number
  /** How many older ones had no room. */
  readonly leftOut: number
  /** The least label above every message; `questionLabel` is not below it. */
  readonly label: Label
  /** Runs whose answers are among the messages. */
  readonly follows: readonly EarlierRun[]
}

/** What a record says of a conversation. */
export function recordedConversation({
  messages,
  leftOut,
  label,
  follows,
}: Conversation): RecordedConversation {
  return { messages: messages.length, leftOut, label, follows }
}

/** What an answer says of a conversation, from what its record says. */
export function answeredConversation(recorded: RecordedConversation): AnsweredConversation {
  const { messages, leftOut, follows } = recorded
  return { messages, leftOut, follows: follows.map(({ run }) => run) }
}

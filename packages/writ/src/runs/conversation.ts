import {
  type Conversation,
  defined,
  type EarlierRun,
  isObject,
  type Json,
  joinLabels,
  type Label,
  type Limits,
  label,
  type ModelProfile,
  WritError,
} from '@writ/contract'
import { canonicalJson } from '@writ/evidence'
import type { ViewOptions } from '../export/view-access.ts'
import type { AskedOptions, ChatMessage, ChatOptions } from '../files/options.ts'
import type { HomeServices } from '../home/home-services.ts'
import { conversationRoom } from '../kernel/index.ts'
import { DEFAULT_LEVEL } from './context.ts'
import { type EarlierAnswer, readEarlier } from './earlier-run.ts'
import { fitConversation, type SaidMessage } from './fit-conversation.ts'

const ROLES: readonly string[] = ['system', 'user', 'assistant'] satisfies readonly ChatMessage['role'][]

/** The question of what is asked. Throws `USAGE` where it cannot be told. */
export function queryOf(asked: AskedOptions): string {
  const forms = ['messages', 'query'].filter((name) => name in asked)
  if (forms.length !== 1) throw usage('Ask with either `query` or `messages`.')
  if ('continue' in asked && ('context' in asked || 'messages' in asked))
    throw usage('A question that goes on from a run has its corpus and its messages: give only `query`.')
  if (!('continue' in asked) && !('context' in asked))
    throw usage('There is nothing to ask over: give a `context`, or `continue` with the id of a run.')
  if (!('messages' in asked)) return asked.query
  for (const message of asked.messages) requireMessage(message)
  const question = asked.messages.at(-1)
  if (question?.role !== 'user') throw usage('The last message is the question, so it has to be a user’s.')
  return textOf(question)
}

/** The run that is gone on from; undefined for a question of its own. Rejects like `readEarlier`. */
export async function earlierOf(
  services: HomeServices,
  asked: AskedOptions,
): Promise<EarlierAnswer | undefined> {
  return 'continue' in asked ? await readEarlier(services, asked.continue, askerOf(asked)) : undefined
}

/**
 * What was said before the question, as far as it fits. Rejects like `readEarlier` for a message of a run, and with `USAGE`
 * when it is not the answer of that run.
 */
export async function conversationOf(
  services: HomeServices,
  asked: AskedOptions,
  earlier: EarlierAnswer | undefined,
  { limits, model }: { readonly limits: Limits; readonly model: ModelProfile },
): Promise<Conversation | undefined> {
  const said = earlier === undefined ? await saidIn(services, asked) : saidBy(earlier)
  return fitConversation(said, conversationRoom(limits, model))
}

/** All of an earlier run has the label of its answer, which is above everything that was said before. */
function saidBy(earlier: EarlierAnswer): readonly SaidMessage[] {
  const { messages, label: own } = earlier
  const answer = messages.at(-1)
  return messages.map((message) => ({
    message,
    label: own,
    follows: message === answer ? [followOf(earlier)] : [],
  }))
}

async function saidIn(services: HomeServices, asked: AskedOptions): Promise<readonly SaidMessage[]> {
  if (!('messages' in asked)) return []
  const said: SaidMessage[] = []
  for (const message of asked.messages.slice(0, -1)) said.push(await saidAs(services, message, asked))
  return said
}

async function saidAs(
  services: HomeServices,
  message: ChatMessage,
  asked: ChatOptions,
): Promise<SaidMessage> {
  const { role, run } = message
  const text = textOf(message)
  const stated = message.label ?? defaultLabel(role)
  if (run === undefined) return { message: { role, text }, label: stated, follows: [] }
  const earlier = await readEarlier(services, run, askerOf(asked))
  // An answer that was asked for as JSON says its text as a JSON string.
  if (text !== earlier.text && text !== canonicalJson(earlier.text))
    throw usage(`A message is said to be the answer of run ${run}, and is another text.`)
  return { message: { role, text }, label: joinLabels(stated, earlier.label), follows: [followOf(earlier)] }
}

function followOf({ run, root, records }: EarlierAnswer): EarlierRun {
  return { run, root, records }
}

/** Nobody vouches for what a model said. */
function defaultLabel(role: ChatMessage['role']): Label {
  return label(DEFAULT_LEVEL, [], role === 'assistant')
}

function askerOf({ principal, purpose }: AskedOptions): ViewOptions {
  return defined({ principal, purpose })
}

function textOf({ content }: ChatMessage): string {
  return typeof content === 'string' ? content : content.map(({ text }) => text).join('')
}

function requireMessage(message: ChatMessage): void {
  const { role, run } = message
  if (!ROLES.includes(role))
    throw usage(`A message is of the system, a user or an assistant, not of "${role}".`)
  if (run !== undefined && role !== 'assistant')
    throw usage('Only what an assistant said is the answer of a run.')
  const { content }: { readonly content: unknown } = message
  if (typeof content !== 'string' && !(Array.isArray(content) && (content as readonly Json[]).every(isText)))
    throw usage('A message holds text, and nothing else.')
  if (!textOf(message).isWellFormed()) throw usage('A message holds half a character (a lone surrogate).')
}

function isText(part: Json): boolean {
  return isObject(part) && part.type === 'text' && typeof part.text === 'string'
}

function usage(message: string): WritError {
  return new WritError('USAGE', message)
}

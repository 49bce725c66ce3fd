import type { LanguageModelV4Message, LanguageModelV4Prompt } from '@ai-sdk/provider'
import { WritError } from '@writ/contract'
import type { ChatMessage } from '../../files/options.ts'
import { METADATA } from './result.ts'

/** The messages of a prompt of the AI SDK. Throws `USAGE` for what is no text: documents belong in the context. */
export function messagesOf(prompt: LanguageModelV4Prompt): ChatMessage[] {
  return prompt.map(messageOf)
}

function messageOf(message: LanguageModelV4Message): ChatMessage {
  const { role, content } = message
  switch (role) {
    case 'system':
      return { role, content }
    case 'user':
      return {
        role,
        content: content.map((part) => (part.type === 'text' ? part.text : refuse(part.type))).join('\n'),
      }
    case 'assistant':
      return said(content)
    case 'tool':
      return refuse('tool-result')
  }
}

type AssistantContent = Extract<LanguageModelV4Message, { role: 'assistant' }>['content']

/** What a model said. What it reasoned is progress of a run, and is said to nobody again. */
function said(content: AssistantContent): ChatMessage {
  const texts: string[] = []
  let run: string | undefined
  for (const part of content) {
    if (part.type === 'reasoning' || part.type === 'reasoning-file') continue
    if (part.type !== 'text') return refuse(part.type)
    texts.push(part.text)
    const named = part.providerOptions?.[METADATA]?.run
    if (typeof named === 'string') run = named
  }
  return { role: 'assistant', content: texts.join('\n'), ...(run === undefined ? {} : { run }) }
}

function refuse(part: string): never {
  throw new WritError(
    'USAGE',
    `A governed run takes messages of text; one holds a part of type ${part}. Give documents as the context of the model.`,
  )
}

import { type Answer, answeredConversation, type Conversation, recordedConversation } from '@writ/contract'

/** What an answer tells of the conversation of its question; nothing for a question by itself. */
export function conversationOf({
  conversation,
}: {
  readonly conversation?: Conversation | undefined
}): Pick<Answer, 'conversation'> {
  if (conversation === undefined) return {}
  return { conversation: answeredConversation(recordedConversation(conversation)) }
}

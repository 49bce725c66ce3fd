import { type Det, flowsTo } from '@writ/contract'
import { RECORDS } from './evidence-layout.ts'
import { refuse } from './verdict.ts'

/** What was said before a question is committed to, and the root begins with its label. */
export function checkConversation({ earlier, conversation, questionLabel }: Det['run.open']): void {
  if ((earlier === undefined) !== (conversation === undefined))
    refuse(
      'BAD_CONVERSATION',
      'The run tells of earlier messages and commits to none, or the other way round.',
      `${RECORDS}#/0/det`,
    )
  if (conversation === undefined) return
  if (conversation.messages === 0)
    refuse(
      'BAD_CONVERSATION',
      'A conversation has a message at least.',
      `${RECORDS}#/0/det/conversation/messages`,
    )
  if (!flowsTo(conversation.label, questionLabel))
    refuse(
      'BAD_CONVERSATION',
      'The root does not begin with the label of what was said before.',
      `${RECORDS}#/0/det/conversation/label`,
    )
}

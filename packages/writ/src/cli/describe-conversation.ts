import { type AnsweredConversation, counted } from '@writ/contract'

/** What was said before a question, in a line. */
export function describeConversation({ messages, leftOut, follows }: AnsweredConversation): string {
  const from = follows.length === 0 ? '' : `from run ${follows.join(', ')}: `
  const lost = leftOut === 0 ? '' : `, ${counted(leftOut, 'older one')} left out for want of room`
  return `${from}${counted(messages, 'earlier message')}${lost}`
}

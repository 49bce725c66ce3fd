/** One message of a model request. A conversation is a system text followed by user and assistant messages. */
export interface Message {
  readonly role: 'system' | 'user' | 'assistant'
  readonly text: string
}

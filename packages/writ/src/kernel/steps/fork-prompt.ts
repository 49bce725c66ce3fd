import type { StepId } from '../basis/step-id.ts'
import type { Fork } from '../state/fork.ts'
import type { ModelCall } from './model-request.ts'

/** A model call with what the fork says at its step. */
export function withForkPrompt(fork: Fork | undefined, { lane, n }: StepId, call: ModelCall): ModelCall {
  const prompt = fork?.changes.prompt ?? null
  if (fork === undefined || prompt === null || fork.at.lane !== lane || fork.at.n !== n) return call
  const conversations = call.conversations.map((messages) =>
    messages.map((message, i) => {
      if (i < messages.length - 1) return message
      return { ...message, text: call.role === 'leaf' ? prompt : `${message.text}\n\n${prompt}` }
    }),
  )
  return { ...call, conversations, input: { input: call.input, prompt } }
}

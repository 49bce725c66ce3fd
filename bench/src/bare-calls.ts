import { createOpenAICompatible } from '@ai-sdk/openai-compatible'

/** Makes calls of a server with nothing around them, so many at once. */
export function bareCalls(baseURL: string): (calls: number, inFlight: number) => Promise<void> {
  const model = createOpenAICompatible({ name: 'bare', baseURL }).chatModel('any')
  return async (calls, inFlight) => {
    let next = 0
    const one = async (): Promise<void> => {
      for (let n = next++; n < calls; n = next++)
        await model.doGenerate({ prompt: [{ role: 'user', content: [{ type: 'text', text: `item ${n}` }] }] })
    }
    await Promise.all(Array.from({ length: inFlight }, one))
  }
}

import type { Provider } from '../provider.ts'
import { builtin } from './builtin.ts'
import { ollama } from './ollama.ts'
import { openai } from './openai.ts'
import { program } from './program.ts'

/** Every provider, in the order in which they are told to whoever named a model that nobody knows. */
export const PROVIDERS: readonly Provider[] = [builtin, ollama, openai, program]

/** The provider that an id belongs to; undefined for ids that only a server at a base URL may know. */
export function providerOf(id: string): Provider | undefined {
  return PROVIDERS.find(({ prefix }) => id.startsWith(prefix))
}

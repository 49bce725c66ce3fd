import type { Provider } from '../provider.ts'
import { anthropic } from './anthropic.ts'
import { builtin } from './builtin.ts'
import { google } from './google.ts'
import { ollama } from './ollama.ts'
import { openai } from './openai.ts'
import { openaiCompatible } from './openai-compatible.ts'
import { openaiResponses } from './openai-responses.ts'
import { program } from './program.ts'

/** Every provider, in the order in which they are told to whoever named a model that nobody knows. */
export const PROVIDERS: readonly Provider[] = [
  builtin,
  ollama,
  anthropic,
  google,
  openai,
  openaiResponses,
  openaiCompatible,
  program,
]

/** Hosts of the providers whose key is in a variable. */
export function keyHosts(variable: string): readonly string[] {
  return PROVIDERS.flatMap(({ key }) => (key?.env === variable ? [key.host] : []))
}

/** The provider that an id belongs to; undefined for ids that only a server at a base URL may know. */
export function providerOf(id: string): Provider | undefined {
  return PROVIDERS.find(({ prefix }) => id.startsWith(prefix))
}

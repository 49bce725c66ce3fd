import { WritError } from '@writ/contract'
import { openCompatible } from '../compatible.ts'
import { keyFor, type Provider, usableUrl } from '../provider.ts'

/** Where Ollama listens unless told otherwise. */
export const OLLAMA_URL = 'http://127.0.0.1:11434/v1'

const OLLAMA_PORT = '11434'

/** Ollama, asked for a model by its own name. On this machine it gets no key. */
export const ollama: Provider = {
  prefix: 'ollama/',
  ids: 'ollama/<model>',
  url: ({ ollamaHost = '' }) => ollamaUrl(ollamaHost),
  open: async (name, choice) => {
    const { baseUrl, ollamaHost = '', apiKey } = choice
    if (baseUrl === undefined) return await openCompatible(choice, name, usableUrl(ollamaUrl(ollamaHost)), '')
    const url = usableUrl(baseUrl)
    return await openCompatible(choice, name, url, keyFor(url, apiKey))
  },
}

/**
 * The address that `OLLAMA_HOST` names, as Ollama reads it: scheme and port may be missing, and the wildcard address a
 * server listens on is reached as this machine. Throws `USAGE`.
 */
export function ollamaUrl(host: string): string {
  const text = host.trim()
  if (text === '') return OLLAMA_URL
  const written = text.includes('://') ? text : `http://${text.startsWith(':') ? `127.0.0.1${text}` : text}`
  const url = URL.parse(written)
  if (url === null || (url.protocol !== 'http:' && url.protocol !== 'https:'))
    throw new WritError('USAGE', 'OLLAMA_HOST is no address of a server.')
  if (url.hostname === '0.0.0.0') url.hostname = '127.0.0.1'
  if (url.hostname === '[::]') url.hostname = '[::1]'
  if (!text.includes('://') && url.port === '' && !text.endsWith(':80')) url.port = OLLAMA_PORT
  url.pathname = `${url.pathname.replace(/\/+$/, '')}/v1`
  return url.href
}

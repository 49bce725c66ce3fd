import type { WritOptions } from 'writ'

/** The model of every example, from the environment: a name, and a server that speaks the OpenAI protocol. */
export function modelFromEnvironment(): WritOptions {
  const { WRIT_MODEL: model = 'builtin/extractive', WRIT_BASE_URL: baseUrl, WRIT_KEY: apiKey } = process.env
  return {
    model,
    ...(baseUrl === undefined ? {} : { baseUrl }),
    ...(apiKey === undefined ? {} : { apiKey }),
  }
}

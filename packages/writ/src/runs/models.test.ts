import { DEFAULT_LIMITS } from '@writ/contract'
import { describe, expect, it } from 'vitest'
import type { PolicyPoint } from '../policy/index.ts'
import { type ModelOptions, openModels } from './models.ts'

const facts = { maxLevel: 'secret', categories: [], jurisdiction: 'US', onPrem: false, retention: true }
const policy = {
  model: (_id: string, _location: string, digest: string) => ({ ...facts, digest, approved: true }),
} as unknown as PolicyPoint

function open(options: ModelOptions): ReturnType<typeof openModels> {
  return openModels(options, policy, DEFAULT_LIMITS)
}

describe('openModels', () => {
  it('sends a key that is one text to one vendor only', async () => {
    const two = { model: 'anthropic/a', subModel: 'openai/b' }
    await expect(open({ ...two, apiKey: 'key' })).rejects.toMatchObject({ code: 'USAGE' })
    const asked: string[] = []
    const apiKey = ({ host }: URL): string => {
      asked.push(host)
      return 'key'
    }
    await open({ ...two, apiKey })
    expect(asked).toEqual(['api.anthropic.com', 'api.openai.com'])
    await open({ model: 'openai/a', subModel: 'openai-responses/b', apiKey: 'key' })
    await open({ ...two, baseUrl: 'http://127.0.0.1:1/v1', apiKey: 'key' })
  })
})

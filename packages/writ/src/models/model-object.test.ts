import { describe, expect, it } from 'vitest'
import { objectThat, replied } from './model-object.fixture.ts'
import { type DeclaredModel, openModelObject } from './model-object.ts'
import { resolveModel } from './resolve-model.ts'

const MODEL = objectThat(() => replied('yes'))

describe('openModelObject', () => {
  it('names an object by what it says of itself; undeclared it is remote and without a price', () => {
    expect(openModelObject(MODEL)).toMatchObject({
      id: 'sdk/lab/m-1',
      location: 'remote',
      price: null,
      contextWindow: 128_000,
    })
  })

  it('takes what the program declares', () => {
    const price = { inputNanoUsd: 3, outputNanoUsd: 4 }
    const declared = { languageModel: MODEL, contextWindow: 4_096, price, location: 'loopback' } as const
    const { contextWindow, location, ...rest } = openModelObject(declared)
    expect({ contextWindow, location, price: rest.price }).toEqual({
      contextWindow: 4_096,
      location: 'loopback',
      price,
    })
  })

  it('never gives an object the name of a model that has one of its own', async () => {
    const impostor = objectThat(() => replied('yes'), { provider: 'builtin', modelId: 'extractive' })
    const { id, plan } = openModelObject(impostor)
    expect([id, plan]).toEqual(['sdk/builtin/extractive', undefined])
    for (const baseUrl of [{}, { baseUrl: 'http://127.0.0.1:9/v1' }])
      await expect(resolveModel({ id, priceTable: {}, ...baseUrl })).rejects.toMatchObject({
        code: 'MODEL_NOT_GIVEN',
      })
  })

  it('looks at its names once', () => {
    let looks = 0
    const changing = Object.defineProperty(
      objectThat(() => replied('yes')),
      'modelId',
      {
        get: () => {
          looks += 1
          return `m-${looks}`
        },
      },
    )
    const { id, languageModel } = openModelObject(changing)
    expect([id, languageModel.modelId, languageModel.modelId]).toEqual(['sdk/lab/m-1', 'm-1', 'm-1'])
  })

  const throwing = Object.defineProperty(
    objectThat(() => replied('yes')),
    'provider',
    {
      get: () => {
        throw new Error('boo')
      },
    },
  )
  it.each<[string, unknown]>([
    ['nothing', null],
    ['a number', 7],
    ['an object without doGenerate', {}],
    ['a provider in place of a model', { languageModel: () => MODEL }],
    ['a model of another version', objectThat(() => 1, { specificationVersion: 'v2' })],
    ['a name with a line break', objectThat(() => 1, { modelId: 'a\nb' })],
    ['half a character for a name', objectThat(() => 1, { modelId: 'm\ud800' })],
    ['an empty name', objectThat(() => 1, { provider: '' })],
    ['a name that is no text', objectThat(() => 1, { modelId: { toString: () => 'm' } })],
    ['doGenerate that is no function', objectThat('call me' as never)],
    ['a name that cannot be read', throwing],
    ['a revoked proxy', revoked()],
    ['a window that is no number', { languageModel: MODEL, contextWindow: Number.NaN }],
    ['a window of nothing', { languageModel: MODEL, contextWindow: 0 }],
    ['a price below nothing', { languageModel: MODEL, price: { inputNanoUsd: -1, outputNanoUsd: 0 } }],
    ['a price that is none', { languageModel: MODEL, price: null }],
    ['a price that cannot be read', { languageModel: MODEL, price: revoked() }],
    ['a location of its own', { languageModel: MODEL, location: 'builtin' }],
  ])('refuses %s', (_, given) => {
    expect(() => openModelObject(given as DeclaredModel)).toThrow(expect.objectContaining({ code: 'USAGE' }))
  })
})

function revoked(): unknown {
  const { proxy, revoke } = Proxy.revocable({}, {})
  revoke()
  return proxy
}

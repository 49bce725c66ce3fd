import { createHash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { findScript, listScripts } from './find-script.ts'
import { readScript } from './read-script.ts'

const read = (text: string): ReturnType<typeof readScript> => readScript(text, 'typescript', 'a.ts')

describe('a script', () => {
  it('is read without running anything, and only its export is taken out', () => {
    const text = `export const meta = {
  name: 'which-law', // said
  input: { type: 'object', properties: { clause: { type: \`string\` } } },
  limits: { calls: 3, costUsd: 0.5 },
} satisfies object
throw new Error('this runs')`
    const { meta, cell, planHash } = read(text)
    expect(meta).toEqual({
      name: 'which-law',
      input: { type: 'object', properties: { clause: { type: 'string' } } },
      limits: { calls: 3, costUsd: 0.5 },
    })
    expect(cell).toEqual({ language: 'typescript', code: text.replace('export', '      ') })
    expect(planHash).toBe(createHash('sha256').update(text).digest('hex'))
  })

  it('is another plan when a byte of its code or its meta changes', () => {
    const hashes = ['a', 'b'].flatMap((name) =>
      ['1', '2'].map((value) => read(`export const meta = { name: '${name}' }\nFINAL(${value})`).planHash),
    )
    expect(new Set(hashes).size).toBe(4)
  })

  it.each([
    ['const a = 1', '1:1: a script begins with'],
    [
      "export const meta = { name: 'a' }\nexport const b = 1",
      '2:1: a script exports its meta and nothing else',
    ],
    ["export const meta = { name: 'a' }\nimport 'node:fs'", '2:1: a script imports nothing'],
    ['export const meta = { name: makeName() }', '1:29: meta: only literals may stand here'],
    ["export const meta = { name: 'a', ...more }", '1:34: meta: only plain properties'],
    ["export const meta = { ['name']: 'a' }", '1:23: meta: only plain properties'],
    ["export const meta = { get name() { return 'a' } }", '1:23: meta: only plain properties'],
    ['export const meta = { name: tag`a` }', '1:29: meta: only literals'],
    ["export const meta = { name: 'A b' }", 'meta.name is lower-case letters'],
    ["export const meta = { name: 'a', color: 1 }", 'Unrecognized key'],
    [
      "export const meta = { name: 'a', input: { type: 'strong' } }",
      '1:21: meta.input: The JSON Schema cannot be used',
    ],
    ["export const meta = { name: 'a' }\nconst = 2", '2:7: '],
    ["export const meta = { name: 'a' }\nenum B { c }", '2:1: its types cannot be removed'],
    ["export default { name: 'a' }", '1:1: a script exports its meta and nothing else'],
  ])('is refused with its place: %s', (text, message) => {
    expect(() => read(text)).toThrow(
      expect.objectContaining({ code: 'BAD_SCRIPT', message: expect.stringContaining(message) }),
    )
  })

  it('is named, or a file', () => {
    expect(listScripts().map(({ name }) => name)).toEqual([
      'compare',
      'extract-table',
      'find-all',
      'timeline',
      'verify-claims',
    ])
    expect(() => findScript('nothing-so-called')).toThrow(expect.objectContaining({ code: 'UNKNOWN_SCRIPT' }))
    expect(() => findScript('./nowhere.ts')).toThrow(expect.objectContaining({ code: 'UNKNOWN_SCRIPT' }))
  })
})

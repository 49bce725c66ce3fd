import type { ModelProfile } from '@writ/contract'
import { expect, it } from 'vitest'
import { profilesOf } from './profiles.ts'

const model = (id: string): ModelProfile => ({ id }) as ModelProfile

/** The languages of two models, as profiles and an option say. */
function languages(
  table: Readonly<Record<string, { readonly language?: 'python' | 'typescript' }>>,
  repl?: 'javascript' | 'python',
): readonly (string | undefined)[] {
  const found = profilesOf({ root: model('a/root'), sub: model('a/sub') }, table, repl)
  return ['a/root', 'a/sub'].map((id) => found[id]?.language)
}

it('has all frames of a run write one language: what is asked for, else that of the root', () => {
  expect(languages({})).toEqual([undefined, undefined])
  expect(languages({}, 'python')).toEqual(['python', 'python'])
  expect(languages({ 'a/root': { language: 'python' } })).toEqual(['python', 'python'])
  expect(languages({ 'a/sub': { language: 'python' } })).toEqual([undefined, 'javascript'])
  expect(languages({ 'a/*': { language: 'python' } }, 'javascript')).toEqual(['javascript', 'javascript'])
  expect(languages({ 'a/sub': { language: 'typescript' } })).toEqual([undefined, 'typescript'])
})

it('leaves a model that plans its answers what it writes, and refuses to ask it for Python', () => {
  const planned = { ...model('builtin/extractive'), plan: () => ({}) } as unknown as ModelProfile
  const table = { '*': { language: 'python' } } as const
  const { language } = profilesOf({ root: planned, sub: planned }, table)[planned.id] ?? {}
  expect(language).toBe('javascript')
  expect(() => profilesOf({ root: planned, sub: planned }, {}, 'python')).toThrow(/writes JavaScript/)
})

import { block, type Script } from '@writ/simulator'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { fullyConfined } from '../sandbox/fully-confined.fixture.ts'
import { TASKS, verdict } from './same-answers.fixture.ts'
import { type ScriptedHome, scriptedHome } from './scripted-home.fixture.ts'

// The same tasks in JavaScript and in Python come to the same answers. The model is scripted, and these are no figures of one.

const lack = await fullyConfined()
let home: ScriptedHome

beforeAll(async () => {
  home = await scriptedHome()
})
afterAll(() => home.close())

const COUNT = {
  javascript: 'FINAL(String(context).trim().split(/\\s+/).length)',
  python: 'FINAL(len(context.split()))',
}

function written(code: string, child: string): Script {
  return ({ task, prompt, turns }) => {
    if (task === 'child') return block(child)
    if (task === null) return verdict(prompt)
    return turns === 0 ? block(code) : block('FINAL(result)')
  }
}

describe.skipIf(lack !== undefined)('a task', () => {
  it('is one of forty', () => {
    expect(TASKS).toHaveLength(40)
  })

  it.each(TASKS)(
    'has one answer in both languages: $name',
    async ({ texts, javascript, python, expected }) => {
      const asked = { context: texts } as const
      const one = await home.ask(written(javascript, COUNT.javascript), {}, asked)
      expect(one.answer.value).toEqual(expected)
      const other = await home.ask(written(python, COUNT.python), {}, { ...asked, repl: 'python' })
      expect(other.answer.value).toEqual(expected)
      const counted = ({ answer: { usage, citations } }: typeof one): unknown => [
        usage.modelCalls,
        usage.frames,
        citations,
      ]
      expect(counted(other)).toEqual(counted(one))
    },
  )
})

import { readFile } from 'node:fs/promises'
import type { CellResult, Sandbox, Vm } from '@writ/contract'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openSandbox } from './index.ts'
import { runCell, sandboxChildren, vmOptions } from './vm-fixture.ts'

// Code is parsed where it can be stopped, and what stops or breaks a parser is over with the cell.

let sandbox: Sandbox
let vm: Vm

beforeAll(async () => {
  sandbox = await openSandbox()
  vm = await sandbox.open(vmOptions())
  await runCell(vm, 'let mark = { n: 1 }')
})
afterAll(async () => {
  await sandbox.close()
})

const signal = new AbortController().signal

async function parsed(
  language: 'javascript' | 'typescript',
  code: string,
  backstopMs = 20_000,
  cancel = signal,
): Promise<CellResult> {
  return runCell(vm, code, { fuelPolls: 4_000, backstopMs }, undefined, cancel, language)
}

/** The frame is as it was, and a block with types and one without still run, here and in another VM. */
async function stillWorks(): Promise<void> {
  const other = await sandbox.open(vmOptions())
  for (const place of [vm, other]) {
    const typed = await runCell(place, 'const n: number = 41; n + 1', {}, undefined, signal, 'typescript')
    expect(typed).toMatchObject({ outcome: 'ok', shown: '42' })
    expect(await runCell(place, 'n + 2')).toMatchObject({ outcome: 'ok', shown: '43' })
  }
  expect(await runCell(vm, 'mark.n')).toMatchObject({ shown: '1' })
  await other.close()
}

const nested = (open: string, middle: string, close: string, times: number): string =>
  open.repeat(times) + middle + close.repeat(times)

const DEEP: readonly [string, string][] = [
  ['parentheses', nested('(', '1', ')', 49_000)],
  ['lists', nested('[', '', ']', 49_000)],
  ['objects', nested('({a:', '1', '})', 16_000)],
  ['conditionals', nested('a?', '1', ':1', 24_000)],
  ['conditionals with parentheses', nested('a?(', '1', '):1', 16_000)],
  ['arrow functions', nested('x=>', '1', '', 33_000)],
  ['assignments', nested('a=', '1', '', 49_000)],
  ['unary operators', nested('!', '1', '', 99_000)],
  ['powers', nested('a**', '1', '', 33_000)],
  ['calls', nested('f(', '1', ')', 33_000)],
  ['new', nested('new ', 'a', '', 24_000)],
  ['templates', nested('`${', '1', '}`', 19_000)],
  ['classes', nested('(class extends ', 'a', '{})', 5_000)],
  ['functions', nested('function f(){', '', '}', 7_000)],
  ['blocks', nested('{', '', '}', 49_000)],
  ['ifs', nested('if(a)', '1', '', 19_000)],
  ['else ifs', nested('if(a)b;else ', '1', '', 8_000)],
  ['patterns', `let ${nested('[', 'a', ']', 49_000)} = 1`],
  ['parameters', nested('(a=', '1', ')=>1', 14_000)],
  ['labels', `${Array.from({ length: 14_000 }, (_, n) => `l${n}:`).join('')}1`],
  ['groups of a pattern', `/${nested('(', 'a', ')', 49_000)}/`],
  ['classes of a pattern', `/${nested('[', 'a', ']', 49_000)}/v`],
]

describe('nesting', () => {
  it.each(DEEP)('of %s ends without taking the thread with it, always the same', async (_, code) => {
    const first = await parsed('javascript', code)
    expect(['error', 'limit']).toContain(first.outcome)
    expect(await parsed('javascript', code)).toEqual(first)
    expect(await runCell(vm, 'mark.n')).toMatchObject({ shown: '1' })
  })

  it('of a pattern is told', async () => {
    const { error } = await parsed('javascript', nested('(', '1', ')', 49_000))
    expect(error).toMatchObject({
      name: 'SyntaxError',
      message: expect.stringContaining('nested too deeply'),
    })
  })

  it('does not count for a long sum', async () => {
    const sum = `1${' + 1'.repeat(4_999)}`
    expect(await parsed('javascript', sum)).toMatchObject({ outcome: 'ok', shown: '5000' })
    expect(await parsed('typescript', sum)).toMatchObject({ outcome: 'ok', shown: '5000' })
  })
})

describe('a block with types', () => {
  it.each([
    ...DEEP,
    ['nested conditional types', `type A = ${nested('B extends C ? ', 'D', ' : E', 5_500)}`],
    ['conditional types in conditions', `type A = ${nested('(B extends ', 'C', ' ? D : E)', 4_500)}`],
    ['operators of types', `type A = ${nested('keyof ', 'B', '', 16_000)}`],
    ['type arguments', `let a: ${nested('A<', 'B', '>', 33_000)}`],
    ['less than', nested('a<', '1', '', 49_000)],
    ['a sum', nested('a+', '1', '', 49_000)],
    ['arrow functions in conditionals', nested('a ? (b) : c => ', '1', '', 6_000)],
    ['arrow functions with types', nested('(a:(b:', '1', ')=>c)=>d', 6_000)],
  ])('of nested or repeated %s leaves the next cells working', async (_, code) => {
    const result = await parsed('typescript', code)
    expect(['ok', 'error', 'limit', 'imposed']).toContain(result.outcome)
    await stillWorks()
  })

  it('that breaks the parser is stopped, and says so', async () => {
    const { outcome, error } = await parsed('typescript', nested('[', '', ']', 49_000))
    expect(outcome).toBe('imposed')
    expect(error).toMatchObject({
      name: 'CellStopped',
      message: expect.stringContaining('parser of its types'),
    })
    await stillWorks()
  })

  it('that would take all memory is stopped before it has it', async () => {
    // Each of these is an error the parser keeps; without a bound they take a minute and more than a gigabyte.
    const before = await childMemory()
    const { outcome, error } = await parsed('typescript', 'enum A{}'.repeat(12_500))
    expect(outcome).toBe('imposed')
    expect(error?.message).toContain('the parser of its types broke: unreachable')
    expect((await childMemory()) - before).toBeLessThan(400)
    await stillWorks()
  })

  it('that takes too long is stopped by the backstop', async () => {
    const { outcome, error } = await parsed('typescript', 'enum A{}'.repeat(12_500), 500)
    expect(outcome).toBe('imposed')
    expect(error?.message).toContain('500 ms of computing')
    await stillWorks()
  })

  it('is cancelled while it is parsed', async () => {
    const cancelled = new AbortController()
    const running = parsed('typescript', 'enum A{}'.repeat(12_500), 20_000, cancelled.signal)
    setTimeout(() => cancelled.abort(), 200)
    expect(await running).toMatchObject({ outcome: 'cancelled' })
    await stillWorks()
  })
})

/** Most memory the child had so far, in megabytes. */
async function childMemory(): Promise<number> {
  const [child] = sandboxChildren()
  const status = await readFile(`/proc/${child}/status`, 'utf8')
  return Number(/VmHWM:\s+(\d+)/.exec(status)?.[1]) / 1024
}

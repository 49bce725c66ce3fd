import { describe, expect, it } from 'vitest'
import { echo, type Host } from '../vm-fixture.ts'
import { inVm, python, pythonHere, pythonOptions, shownBy } from './python-vm.fixture.ts'

// What every sandbox does, in Python. The tests of one part share a VM, and go on from each other.

const { lack, sandbox, vm } = await pythonHere()

const RESULT = { outcome: 'ok', output: '', fuel: 0 }

describe.skipIf(lack !== undefined)('cells of Python', () => {
  it('keep their variables, and show what they print and the value of a last expression', async () => {
    expect(await python(vm, 'import re\nx = [1]\ndef f(): return x')).toEqual(RESULT)
    expect(await python(vm, 'x.append(2)\nprint("a", 1, sep="-")\nf()')).toEqual({
      ...RESULT,
      output: 'a-1\n',
      shown: '[1, 2]',
    })
    expect(await python(vm, '"a\\nb"')).toMatchObject({ shown: 'a\nb' })
    expect(await python(vm, 'None')).toEqual(RESULT)
    expect(await shownBy(vm, 'await __import__("asyncio").sleep(60, result=x)')).toBe('[1, 2]')
  })

  it('keep head and tail of too much', async () => {
    const { output, shown } = await python(vm, 'print("a" * 10**7 + "z")\n["b" * 10**7]', {
      outputChars: 100,
    })
    expect(output).toMatch(/^a{50}\n… \[9,999,902 characters omitted\] …\na{48}z\n$/)
    expect(shown).toMatch(/^\['b{48}\n… \[[\d,]+ characters omitted\] …\nb{48}'\]$/)
  })

  it('place errors, and show no path of the machine', async () => {
    const { outcome, error } = await python(vm, 'def g(n):\n    return 1 / n\n\ng(0)')
    expect(outcome).toBe('error')
    expect(error?.name).toBe('ZeroDivisionError')
    expect(error?.message).toMatch(
      /^division by zero\nTraceback .*\n {2}File "<cell \d+>", line 4, in <module>\n {4}g\(0\)/,
    )
    expect(error?.message).toContain('line 2, in g\n    return 1 / n')
    expect(JSON.parse(error?.dataJson ?? '')).toEqual({ line: 2, column: 12 })
    const deep = await python(vm, 'import json\njson.loads("{")')
    expect(deep.error?.message).not.toMatch(/lib|zip|exec|_writ/)
  })

  it('that are no Python run nothing, and say where', async () => {
    const { error } = await python(vm, 'x = 0\ny = = 1')
    expect(error).toMatchObject({ name: 'SyntaxError', dataJson: '{"line":2,"column":5}' })
    expect(error?.message).toBe('invalid syntax\n  File "<cell 9>", line 2\n    y = = 1\n        ^')
    expect(await shownBy(vm, 'x')).toBe('[1, 2]')
  })

  it('call the host as the protocol says, by place or by name', async () => {
    const asked: Host = ({ argsJson }) => ({ ok: true, json: JSON.stringify(argsJson) })
    const said = async (code: string): Promise<string> => shownBy(vm, code, asked)
    expect(await said('read("a", 1, 2)')).toBe('["a",1,2]')
    expect(await said('read({"doc": "a", "start": 1, "end": 2})')).toBe(
      '[{"doc":"a","start":1,"end":2},null,null]',
    )
    expect(await said('docs("*.md")')).toBe('[{"match":"*.md"}]')
    expect(await said('search("q", k=3)')).toBe('["q",{"k":3}]')
    expect(await said('llm_query("p", model=None)')).toBe('["p",{}]')
    expect(await said('search("q", {"k": 2})')).toBe('["q",{"k":2}]')
    expect(await said('llm_query("p", "some/model", fresh=True)')).toBe(
      '["p",{"model":"some/model","fresh":true}]',
    )
    expect(await said('llm_query_batched([f"{n}" for n in range(2)])')).toBe('[["0","1"],{}]')
    expect(await shownBy(vm, 'llm_query(words="p")')).toMatch(
      /^TypeError: llm_query\(\) has no 'words'; it takes prompt,/,
    )
    expect(await shownBy(vm, 'read(object())')).toMatch(/^TypeError: a value of type object cannot/)
  })

  it('give rows whose keys are attributes too', async () => {
    expect(await shownBy(vm, 'row = read(1)\n(row.name, row["name"], isinstance(row, dict))')).toBe(
      "('read', 'read', True)",
    )
    expect(await shownBy(vm, 'row.nothing')).toMatch(
      /^AttributeError: there is no 'nothing'; the keys are name, args/,
    )
  })

  it('get an error of the host as an exception of its name', async () => {
    const failing: Host = () => ({
      ok: false,
      error: {
        name: 'BatchError',
        message: '1 of 2 failed',
        dataJson: '{"code":"BATCH_FAILED","results":[1]}',
      },
    })
    const caught =
      'try:\n    llm_query("p")\nexcept Exception as e:\n    print(type(e).__name__, e.code, e.results, e)'
    expect(await shownBy(vm, caught, failing)).toBe('BatchError BATCH_FAILED [1] 1 of 2 failed')
    const { error } = await python(vm, 'llm_query("p")', {}, failing)
    expect(error).toMatchObject({ name: 'BatchError' })
    expect(error?.message).toMatch(/^1 of 2 failed\nTraceback/)
  })

  it('have the names of the REPL back in the next', async () => {
    const { output } = await python(vm, 'llm_query = print = 5\ndel read')
    expect(output).toContain('[llm_query, print: a name of the REPL, restored after this cell')
    expect(await shownBy(vm, 'print(callable(llm_query), callable(read))')).toBe('True True')
    expect(await python(vm, 'list = 3')).toEqual(RESULT)
    expect(await shownBy(vm, 'list')).toBe('3')
    expect(await shownBy(vm, 'SHOW_VARS()[-1]')).toBe("{'name': 'list', 'type': 'int', 'size': None}")
    await python(vm, 'del list')
  })

  it('release an answer in every form that was published', async () => {
    const released = async (code: string): Promise<string | undefined> => (await python(vm, code)).finalJson
    expect(await released('FINAL({"a": (1, 2)})')).toBe('{"a":[1,2]}')
    expect(await released('SUBMIT(total=3)')).toBe('{"total":3}')
    expect(await released('v = "done"\nFINAL_VAR("v")')).toBe('"done"')
    expect(await released('FINAL_VAR([v])')).toBe('["done"]')
    expect(await released('answer["content"] = [1]\nanswer["ready"] = True')).toBe('[1]')
    expect(await released('answer = {"content": "x", "ready": True}')).toBe('"x"')
    expect(await released('answer.content = 2; answer.ready = True; raise ValueError()')).toBe('2')
    expect(await shownBy(vm, 'FINAL_VAR("nope")')).toMatch(
      /^NameError: there is no variable "nope"; your variables are: re, x/,
    )
    expect(await shownBy(vm, 'answer["content"] = ""; answer["ready"] = True')).toMatch(
      /^ValueError: answer.ready: answer\["content"\] is empty/,
    )
    expect(await shownBy(vm, 'FINAL(None)')).toMatch(/^TypeError: FINAL: the answer is None/)
  })

  it('may call a variable answer, and find it in the next', async () => {
    const other = await sandbox.open(pythonOptions())
    expect(await python(other, 'for answer in "abc": pass')).toEqual(RESULT)
    expect(await shownBy(other, 'SHOW_VARS()[0]["name"]')).toBe('answer')
    expect(other.draft()).toBeUndefined()
    expect((await python(other, 'FINAL_VAR("answer")')).finalJson).toBe('"c"')
    await python(other, 'answer = {"content": [1], "ready": False}')
    expect(other.draft()).toBe('[1]')
    expect((await python(other, 'answer["ready"] = True')).finalJson).toBe('[1]')
  })

  it('release what JSON has no word for in a form it has', async () => {
    const code = `
from dataclasses import dataclass
from collections import Counter, namedtuple
from datetime import date
from decimal import Decimal
@dataclass
class P: x: int
FINAL([P(1), namedtuple("Q", "y")(2), Counter("aab"), {3, 1}, date(2026, 1, 2), Decimal("1.50"), float("nan"), 2**60, {1: 2, None: 3}, (i for i in range(2))])`
    expect(JSON.parse((await python(vm, code)).finalJson ?? '')).toEqual([
      { x: 1 },
      { y: 2 },
      { a: 2, b: 1 },
      [1, 3],
      '2026-01-02',
      '1.50',
      null,
      '1152921504606846976',
      { '1': 2, null: 3 },
      [0, 1],
    ])
  })

  it('end at the first call after a release', async () => {
    const asked: string[] = []
    const host: Host = (call) => {
      asked.push(call.name)
      return echo(call)
    }
    const { finalJson, output } = await python(vm, 'FINAL(1)\nprint("on")\nread("a")\nprint("off")', {}, host)
    expect({ finalJson, output, asked }).toEqual({ finalJson: '1', output: 'on\n', asked: [] })
  })

  it('run what others would do beside them at once, in order', async () => {
    const threads = `
from concurrent.futures import ThreadPoolExecutor
import asyncio, threading, time
time.sleep(3600)
with ThreadPoolExecutor(8) as pool: rows = list(pool.map(read, "ab"))
thread = threading.Thread(target=lambda: rows.append(3)); thread.start(); thread.join()
async def both(): return await asyncio.gather(asyncio.to_thread(read, "c"), asyncio.sleep(99, "slept"))
[len(rows), asyncio.run(both())[1]]`
    expect(await shownBy(vm, threads)).toBe("[3, 'slept']")
  })
})

describe.skipIf(lack !== undefined)('a context in Python', () => {
  it('is a text or a handle, and says how it is read', async () => {
    const [text] = await inVm(
      sandbox,
      ['(context.upper(), context[1:], context.docs, isinstance(context, str))'],
      {
        context: { type: 'text', text: 'ab', docs: 1 },
      },
    )
    expect(text).toMatchObject({ shown: "('AB', 'b', 1, True)" })
    const [handle, error] = await inVm(
      sandbox,
      ['(context.docs, len(context), context.type)', 'context.lower()'],
      {
        context: { type: 'handle', docs: 3, bytes: 9 },
      },
    )
    expect(handle).toMatchObject({ shown: "(3, 9, 'handle')" })
    expect(error?.error?.message).toMatch(/^context is a corpus, not a text: use docs\(\)/)
  })
})

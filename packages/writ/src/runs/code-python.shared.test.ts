import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TextSource } from '@writ/contract'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createWrit, type Writ } from '../index.ts'
import { testRuns } from './test-runs.fixture.ts'

// Python's calls and writes, asked of the built-in model: what is certain, and what may be something else.

const { verified } = testRuns()

let place: string
let writ: Writ

beforeAll(async () => {
  place = await mkdtemp(join(tmpdir(), 'writ-python-code-'))
  writ = await createWrit({ home: join(place, 'home'), model: 'builtin/extractive' })
})
afterAll(async () => {
  await writ.close()
  await rm(place, { recursive: true })
})

interface Told {
  readonly basis: string
  readonly answer: string
  /** What is linked, as `from → what` by confidence. */
  readonly certain: readonly string[]
  readonly likely: readonly string[]
}

async function ask(query: string, texts: Readonly<Record<string, string>>): Promise<Told> {
  const context = Object.entries(texts).map(([id, text]): TextSource => ({ id, text }))
  const { basis, value } = await writ.completion({ query, context })
  const { answer, links = [] } = value as {
    answer: string
    links?: { function: string; what: string; confidence: string }[]
  }
  const of = (asked: string): string[] =>
    links.filter(({ confidence }) => confidence === asked).map((one) => `${one.function} → ${one.what}`)
  return { basis: basis ?? '', answer, certain: of('certain'), likely: of('likely') }
}

const CORPUS = {
  'app/__init__.py': 'from .store import Store as Shop, put\n',
  'app/store.py': `CACHE = {}
last = None

class Base:
    def save(self): return self._write()
    def _write(self): return 1

class Store(Base):
    def __init__(self, name): self.name = name
    def get(self, key):
        super().save()
        return CACHE.get(key)

def put(key, value):
    global last
    last = key
    CACHE[key] = value
`,
  'app/main.py': `import app.store
from app import Shop, put as store_it
from . import store as kept

def run(put):
    put(1)
    shop = Shop('x')
    shop.get('y')
    store_it('a', 'b')
    kept.put('a', 'b')
    app.store.put(1, 2)
    return [put for put in ()]
`,
}

describe('the built-in model over Python', () => {
  it.each([
    ['Who calls put?', /^put is called by 1 function or place, at 3 calls: app\/main\.py#run\.$/],
    ['Who calls Store.get?', /at 1 call: app\/main\.py#run\.$/],
    ['Who calls Base.save?', /at 1 call: app\/store\.py#Store\.get\.$/],
    ['Who calls _write?', /at 1 call: app\/store\.py#Base\.save\.$/],
    ['Who calls Store.__init__?', /at 1 call: app\/main\.py#run\.$/],
    [
      'What does Store.get call?',
      /^Store\.get calls 1 function of the source in reach: app\/store\.py#Base\.save\.$/,
    ],
    [
      'Which functions write module-level state?',
      /^1 function writes state of a module, at 2 places: app\/store\.py#put\.$/,
    ],
    ['Which functions write the variable last?', /^1 function writes last, at 1 place: /],
    ['What breaks if put changes its signature?', /: 3 calls in 1 function or place, 0 overrides, 2 imports/],
  ])('answers exactly, and cites: %s', async (query, says) => {
    const context = Object.entries(CORPUS).map(([id, text]): TextSource => ({ id, text }))
    const answer = await writ.completion({ query, context })
    expect((answer.value as { answer: string }).answer).toMatch(says)
    expect(answer).toMatchObject({ basis: 'exact', support: { unsupported: 0 }, value: { kind: 'code' } })
    await verified(answer, join(place, 'home'))
    expect(await writ.replay(answer.run)).toMatchObject({ outcome: 'IDENTICAL' })
  })

  it.each([
    ['a parameter of its name', 'def f(): pass\ndef go(f): f()\n'],
    ['a local of its name', 'def f(): pass\ndef go():\n    f = len\n    f([])\n'],
    ['a local that is assigned behind the call', 'def f(): pass\ndef go():\n    f()\n    f = len\n'],
    ['a loop variable', 'def f(): pass\ndef go(some):\n    for f in some: f()\n'],
    ['a variable of a comprehension', 'def f(): pass\ndef go(some): return [f() for f in some]\n'],
    ['a context of its name', 'def f(): pass\ndef go(some):\n    with some as f: f()\n'],
    ['an error of its name', 'def f(): pass\ndef go():\n    try: pass\n    except OSError as f: f()\n'],
    ['a pattern of its name', 'def f(): pass\ndef go(x):\n    match x:\n        case [f]: f()\n'],
    ['an import of its name', 'def f(): pass\ndef go():\n    from math import sin as f\n    f(1)\n'],
    ['a walrus of its name', 'def f(): pass\ndef go(x):\n    if (f := x): f()\n'],
    ['the parameter of a lambda', 'def f(): pass\ndef go(): return lambda f: f()\n'],
    ['a name of the class around it', 'class A:\n    def f(self): pass\n    def go(self): f()\n'],
  ])('does not take for a call of a function what %s is', async (_what, text) => {
    const { certain, likely } = await ask('What does go call?', { 'a.py': text })
    expect([certain, likely]).toEqual([[], []])
  })

  it.each([
    ['is defined under a condition', 'if x:\n    def f(): pass\nelse:\n    def f(): pass\ndef go(): f()\n'],
    [
      'is imported or defined',
      'try:\n    from b import f\nexcept ImportError:\n    def f(): pass\ndef go(): f()\n',
    ],
    ['is assigned again', 'def f(): pass\nf = wrap(f)\ndef go(): f()\n'],
    ['a function assigns', 'def f(): pass\ndef swap():\n    global f\n    f = len\ndef go(): f()\n'],
    ['is decorated', 'def f(): pass\nf2 = 1\n@wrap\ndef f3(): pass\ndef go(): f3()\n'],
    ['another module replaces', 'import b\nb.f = len\ndef go(): b.f()\n'],
    ['another module may replace', 'import b\ndef patch(n): setattr(b, n, 1)\ndef go(): b.f()\n'],
    ['its own module may replace', 'def f(): pass\nglobals()["f"] = len\ndef go(): f()\n'],
    ['comes with all of a module', 'from b import *\ndef go(): f()\n'],
    ['all of a module may hide', 'def f(): pass\nfrom b import *\ndef go(): f()\n'],
    ['is got by a word', 'import b\ndef go(): getattr(b, "f")()\n'],
    ['is one of two', 'def f(): pass\ndef g(): pass\ndef go(x): (f if x else g)()\n'],
    ['the type of a parameter tells', 'from b import A\ndef go(a: A): a.m()\n'],
    [
      'an instance replaces',
      'class A:\n    def __init__(self): self.f = len\n    def f(self): pass\n    def go(self): self.f()\n',
    ],
    [
      'an heir overrides',
      'class A:\n    def f(self): pass\n    def go(self): self.f()\nclass B(A):\n    def f(self): pass\n',
    ],
    [
      'an unknown class before may have',
      'class A:\n    def f(self): pass\nclass B(Mixin, A):\n    def go(self): self.f()\n',
    ],
    [
      'an heir has from another class',
      'class A:\n    def f(self): pass\nclass B(A):\n    def go(self): super().f()\nclass C(A):\n    def f(self): pass\nclass D(B, C): pass\n',
    ],
  ])('is not certain of what %s', async (_what, text) => {
    const b = 'def f(): pass\nclass A:\n    def m(self): pass\n'
    const { basis, certain, likely } = await ask('What does go call?', { 'a.py': text, 'b.py': b })
    expect(certain).toEqual([])
    expect(likely.length).toBeGreaterThan(0)
    expect(basis).toBe('passages')
  })

  it('says of each definition of a name that it may be called', async () => {
    const text = 'try:\n    from b import f\nexcept ImportError:\n    def f(): pass\ndef go(): f()\n'
    const texts = { 'a.py': text, 'b.py': 'def f(): pass\n', 'c.py': 'from a import f\ndef on(): f()\n' }
    for (const doc of ['a.py', 'b.py']) {
      const { basis, likely } = await ask(`Who calls ${doc}#f?`, texts)
      expect(basis).toBe('passages')
      expect(likely).toEqual([`a.py#go → ${doc}#f`, `c.py#on → ${doc}#f`])
    }
  })

  it('looks through classes in the order that Python does', async () => {
    const text =
      'class A:\n    def f(self): pass\nclass B(A): pass\nclass C(A):\n    def f(self): pass\nclass D(B, C): pass\ndef go(): D().f()\n'
    expect(await ask('Who calls C.f?', { 'a.py': text })).toMatchObject({ certain: ['a.py#go → a.py#C.f'] })
  })

  it('knows a private member by its class', async () => {
    const text =
      'class A:\n    def __f(self): pass\n    def go(self): self.__f()\nclass B(A):\n    def __f(self): pass\n    def on(self): self.__f()\n'
    const { basis, certain } = await ask('Who calls A.__f?', { 'a.py': text })
    expect([basis, certain]).toEqual(['exact', ['a.py#A.go → a.py#A.__f']])
  })

  it('takes what the standard library has a module for as that, where both may be meant', async () => {
    const texts = { 'json.py': 'def loads(x): pass\n', 'a.py': 'import json\ndef go(): json.loads(1)\n' }
    expect(await ask('What does go call?', texts)).toMatchObject({
      certain: [],
      likely: ['a.py#go → json.py#loads'],
    })
  })

  it.each(['', 'pack/', 'pack/inner/'])(
    'takes what stands beside a file in a package (%s) as what it may mean: it may be run from there',
    async (at) => {
      const texts = {
        '__init__.py': '',
        'pack/__init__.py': '',
        'pack/inner/__init__.py': '',
        'pack/inner/a.py': 'import queue\ndef go(): queue.put(1)\n',
        [`${at}queue.py`]: 'def put(x): pass\n',
      }
      expect(await ask(`Who calls ${at}queue.py#put?`, texts)).toMatchObject({
        basis: 'passages',
        certain: [],
        likely: [`pack/inner/a.py#go → ${at}queue.py#put`],
      })
    },
  )

  it('knows no name of the package whose directory was given, which may be that of a standard module', async () => {
    const texts = {
      '__init__.py': 'def unescape(x): pass\n',
      'errors.py': 'class Bad: pass\n',
      'parser.py':
        'from html import unescape, errors\nimport html\ndef go():\n    unescape(1)\n    html.errors.Bad()\n',
    }
    const told = async (name: string) => await ask(`Who calls ${name}?`, texts)
    expect(await told('unescape')).toMatchObject({
      basis: 'passages',
      likely: ['parser.py#go → __init__.py#unescape'],
    })
    expect(await told('Bad')).toMatchObject({ basis: 'passages' })
  })

  it('finds what writes a module from outside, by any name for it', async () => {
    const texts = {
      'conf.py': 'LEVEL = 1\nSEEN = set()\nclass Tool: pass\n',
      'a.py': `import conf
from conf import SEEN as known
def member(): conf.LEVEL = 2
def whole(x): conf.SEEN.add(x)
def named(x): known.add(x)
def of_class(): conf.Tool.count = 1
def local():
    SEEN = set()
    SEEN.add(1)
def own(conf): conf.LEVEL = 3
`,
    }
    const { basis, certain } = await ask('Which functions write module-level state?', texts)
    expect(basis).toBe('exact')
    expect(certain.toSorted()).toEqual([
      'a.py#member → conf.py#LEVEL',
      'a.py#named → conf.py#SEEN',
      'a.py#of_class → conf.py#Tool',
      'a.py#whole → conf.py#SEEN',
    ])
  })
})

describe('what may be another value', () => {
  const MADE = {
    'made.py': `class Meta(type):
    def __call__(cls): return 1
class Made(metaclass=Meta):
    def __init__(self): pass
    def go(self): pass
class Swap:
    def __new__(cls): return Meta
    def __init__(self): pass
    def jump(self): pass
class Magic:
    def __getattribute__(self, name): return print
    def fly(self): pass
class Plain:
    def walk(self): pass
def user():
    Made().go()
    Swap().jump()
    Magic().fly()
    Plain().walk()
`,
    'order.py': `data = open('x')
def open(path): return path
def later(): return open('y')
class View:
    first = list([1])
    def list(self): return 1
    second = list(1)
`,
    'state.py': `MODE = None
def named(): globals()['MODE'] = 1
def matched(value):
    global MODE
    match value:
        case str() as MODE: pass
        case [1, *MODE]: pass
        case {'a': 1, **MODE}: pass
`,
  }

  it.each([
    ['Made.__init__', [], ['made.py#user → made.py#Made.__init__']],
    ['Made.go', [], ['made.py#user → made.py#Made.go']],
    ['Swap.__init__', [], ['made.py#user → made.py#Swap.__init__']],
    ['Swap.jump', [], ['made.py#user → made.py#Swap.jump']],
    ['Magic.fly', [], ['made.py#user → made.py#Magic.fly']],
    ['Plain.walk', ['made.py#user → made.py#Plain.walk'], []],
    // What runs has names that it defines below only later.
    ['open', ['order.py#later → order.py#open'], ['the top of order.py → order.py#open']],
    ['View.list', ['order.py#View → order.py#View.list'], ['order.py#View → order.py#View.list']],
  ])('is no certain call of %s', async (name, certain, likely) => {
    const told = await ask(`Who calls ${name}?`, MADE)
    expect(told).toMatchObject({ certain, likely, basis: likely.length === 0 ? 'exact' : 'passages' })
  })

  it('knows names that patterns and globals() assign', async () => {
    const told = await ask('Which functions write module-level state?', { 'state.py': MADE['state.py'] })
    expect(told.certain).toEqual(['state.py#named → state.py#MODE', 'state.py#matched → state.py#MODE'])
    expect(told.answer).toContain('at 4 places')
  })

  it.each([
    ['an item of globals()', 'def go(k): globals()[k] = 1'],
    ['many of globals()', 'def go(x): globals().update(x)'],
    ['a name of globals() that nothing defines', "def go(): globals()['NEW'] = 1"],
    ['one that is deleted', 'def go(k): del globals()[k]'],
    ['globals() by a name', 'def go(k):\n    names = globals()\n    names[k] = 1'],
    ['globals() by a variable of the module', 'NAMES = globals()\ndef go(k): NAMES[k] = 1'],
    ['vars() of the module', 'def go(k): vars(sys.modules[__name__])[k] = 1'],
    ['vars() of another module', 'def go(k): vars(conf)[k] = 1'],
    ['__dict__ of another module', 'def go(x): conf.__dict__.update(x)'],
    ['setattr of the module', 'def go(k): setattr(sys.modules[__name__], k, 1)'],
    ['setattr of the module by a name', "this = sys.modules[__name__]\ndef go(): setattr(this, 'MODE', 1)"],
    ['a member of the module by a name', 'this = sys.modules[__name__]\ndef go(): this.MODE = 1'],
    ['setattr of another module', 'def go(k): setattr(conf, k, 1)'],
    ['setattr of a variable that holds another module', 'held = conf\ndef go(k): setattr(held, k, 1)'],
    ['a name of another module that it has not', 'def go(): conf.NEW = 1'],
    ['setattr of a module that is not known', "def go(m): setattr(importlib.import_module(m), 'LEVEL', 1)"],
    ['a member of a module that is not known', 'def go(m): sys.modules[m].LEVEL = 1'],
    ['the method that setattr calls', 'def go(k): conf.__setattr__(k, 1)'],
    ['what is executed', 'def go(x): exec(x, globals())'],
  ])('is told, and not exact, where a write is %s', async (_what, text) => {
    const texts = { 'conf.py': 'LEVEL = 1\n', 'a.py': `import sys, importlib, conf\nMODE = None\n${text}\n` }
    const told = await ask('Which functions write module-level state?', texts)
    expect(told.basis).toBe('passages')
    expect(told.likely.map((one) => one.split(' → ')[0])).toContain('a.py#go')
  })

  it('may be a write of any variable of its module, and of no other', async () => {
    const texts = {
      'conf.py': 'LEVEL = 1\n',
      'a.py':
        'MODE = None\ndef go(k): globals()[k] = 1\ndef on():\n    k = {}\n    vars(k)["x"] = locals()["y"] = 1\n',
    }
    const mode = await ask('Which functions write the variable MODE?', texts)
    expect(mode).toMatchObject({ basis: 'passages', certain: [], likely: ['a.py#go → a.py#MODE'] })
    const level = await ask('Which functions write the variable LEVEL?', texts)
    expect(level).toMatchObject({ basis: 'exact', certain: [], likely: [] })
  })

  it('tells of a variable what is written by another name for what it holds', async () => {
    const texts = {
      'conf.py': 'LEVEL = 1\nTABLE = {}\nOTHER = {}\n',
      'a.py': `import conf
from conf import TABLE as T
c = conf
alias = T
again = alias
made = dict(conf.OTHER)
def one(): c.LEVEL = 2
def two(): again['x'] = 1
def three(): made['x'] = 1
`,
    }
    const of = (name: string): Promise<Told> => ask(`Which functions write the variable ${name}?`, texts)
    expect(await of('LEVEL')).toMatchObject({ basis: 'passages', likely: ['a.py#one → conf.py#LEVEL'] })
    expect(await of('TABLE')).toMatchObject({ basis: 'passages', likely: ['a.py#two → conf.py#TABLE'] })
    expect(await of('OTHER')).toMatchObject({ basis: 'exact', certain: [], likely: [] })
    const all = await ask('Which functions write module-level state?', texts)
    expect(all).toMatchObject({ basis: 'exact', likely: [] })
    expect(all.certain).toHaveLength(3)
  })

  it('knows a function that globals() replaces', async () => {
    const texts = { 'a.py': 'def f(): pass\ndef go(): globals()["f"] = len\n' }
    const told = await ask('Which functions write module-level state?', texts)
    expect(told).toMatchObject({ basis: 'exact', certain: ['a.py#go → a.py#f'] })
  })
})

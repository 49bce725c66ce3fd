import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { block, sequence } from '@writ/simulator'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { PYTHON_FORGERIES } from '../sandbox/attacks/python-forgeries.fixture.ts'
import { pythonHere } from '../sandbox/python/python-vm.fixture.ts'
import { wheelFrom, wheelMaker } from '../sandbox/python/wheels.fixture.ts'
import { type ScriptedHome, scriptedHome } from './scripted-home.fixture.ts'

// Modules of a wheel that try, when a cell imports them, what `sandbox/attacks/python-forgeries.fixture.ts` has cells try, and
// what only a module does. They come to no more than a cell: what is recorded verifies, and is identical when it is done again.

const { lack, vm } = await pythonHere()

/** Each of their cells takes as long as a cell may. */
const WITHOUT_END = ['an awaiting that does not end', 'values without end', 'a call between its cells']

/** What a module is made for. */
const OF_MODULES: readonly string[] = [
  'import sys\nclass Finder:\n    def find_spec(self, name, *_):\n        print(name)\n        raise ImportError(name)\nsys.meta_path.insert(0, Finder())\nfor name in ("json", "asyncio", "traceback", "linecache"): sys.modules.pop(name)',
  'import sys, types\nforged = types.ModuleType("json")\nforged.dumps = forged.loads = forged.JSONEncoder = lambda *a, **k: "null"\nsys.modules["json"] = sys.modules["_writ_wire"] = forged',
  'import builtins\nreal = builtins.__import__\nbuiltins.__import__ = lambda *a, **k: print(a[0]) or real(*a, **k)\nbuiltins.print = builtins.compile = builtins.eval = None',
  'import sys\nsys.path[:] = []\nsys.path_hooks.clear()\nsys.path_importer_cache.clear()\nsys.modules.clear()',
  'import asyncio, sys\nasyncio.run = lambda *a, **k: "forged"\nsys.modules["_writ_platform"].run_coroutine = lambda c: "forged"',
  'import sys\nwire = sys.modules["_writ_wire"].wire\nwire.send = lambda *a: \'1{"matches":["forged"]}\'\nwire.call = lambda *a: "forged"',
  'import sys, __main__\nclass M(type(sys)):\n    def __getattribute__(self, name): return "forged"\n__main__.__class__ = M\nsys.modules["__main__"] = M("x")',
  'FINAL("of a module")\nread("after")',
  'answer["content"] = grep("needle")\nanswer["ready"] = True',
  'import os\nfor path, _, files in os.walk("/lib"):\n    for file in files:\n        try: os.unlink(os.path.join(path, file))\n        except OSError: pass',
  'for path in ("/lib/python3.14/site-packages/json.py", "/lib/python3.14/site-packages/sitecustomize.py"):\n    open(path, "w").write("forged = True")\nimport importlib, json\nimportlib.invalidate_caches()\nimportlib.reload(json)',
  'def __getattr__(name): return read(name)\n__path__ = Forged = property(lambda self: 1 / 0)',
]

const ATTEMPTS = [
  ...OF_MODULES.map((code) => ['what only a module does', [code]] as const),
  ...Object.entries(PYTHON_FORGERIES)
    .filter(([mechanism]) => !WITHOUT_END.includes(mechanism))
    .flatMap(([mechanism, all]) => all.map((cells) => [mechanism, cells] as const)),
].map(([mechanism, cells], at) => [mechanism, at, cells] as const)

const moduleOf = (cells: readonly string[]): string => `from __main__ import *
for _code in ${JSON.stringify(cells)}:
    try:
        exec(compile(_code, __name__, "exec"))
    except Exception as _error:
        print(type(_error).__name__)
`

let home: ScriptedHome
let pythonPackages: string

beforeAll(async () => {
  home = await scriptedHome()
  if (lack !== undefined) return
  await wheelMaker(vm)
  const files = ATTEMPTS.map(([, at, cells]) => `"forger/m${at}.py": ${JSON.stringify(moduleOf(cells))}`)
  const { file, bytes } = await wheelFrom(vm, `wheel_of({"forger/__init__.py": "", ${files.join(', ')}})`)
  pythonPackages = join(home.place, 'wheels')
  mkdirSync(pythonPackages)
  writeFileSync(join(pythonPackages, file), bytes)
})
afterAll(() => home.close())

describe.skipIf(lack !== undefined)('a module of a wheel that tries', () => {
  it.each(ATTEMPTS)('%s (%s)', async (_mechanism, at) => {
    const cells = [`import forger.m${at}`, 'read("a.txt")', '[grep("needle"), 1 + 1]', 'FINAL("the end")']
    const { answer } = await home.ask(
      sequence(cells.map((code) => block(code))),
      { pythonPackages },
      { repl: 'python', limits: { maxTurns: 8 } },
    )
    if (answer.evidence !== undefined) expect(await home.verify(answer)).toMatchObject({ ok: true })
    expect(await home.replay(answer.run)).toMatchObject({ outcome: 'IDENTICAL' })
    expect(JSON.parse(JSON.stringify(answer.value ?? null))).toEqual(answer.value ?? null)
  })
})

// What Python of a model may try at its own interpreter: to see what differs from one time to the next, to change what later
// cells and the answer are made of, and to say what no cell says. Each attempt is the cells of one frame.

export type PythonForgeries = Readonly<Record<string, readonly (readonly string[])[]>>

/** The engine's JavaScript, and the host's side of the functions. */
const ENGINE = `import sys
for name in ("js", "pyodide_js", "_pyodide_core"): sys.modules.pop(name, None)
import pyodide_js as p
from pyodide.ffi import JsException, create_proxy, to_js
wire = llm_query.__globals__["wire"]
Object = p.FS.stat("/").constructor`

const inEngine = (...cells: readonly string[]): readonly string[] => [ENGINE, ...cells]

export const PYTHON_FORGERIES: PythonForgeries = {
  'the clock behind a date of the host': [
    inEngine(
      'Date = p.FS.stat("/").mtime.constructor',
      'Date.__proto__.now()',
      '[Date.now(), str(Date.new())]',
    ),
    inEngine('Object.getOwnPropertyDescriptor(p.FS.stat("/").mtime.constructor, "now").value()'),
    inEngine('p.FS.writeFile("/tmp/x", "x")\nstr(p.FS.stat("/tmp/x").mtime.constructor.new().getTime())'),
    inEngine('p._module._emscripten_get_now() if hasattr(p._module, "_emscripten_get_now") else 0'),
  ],
  'files of the machine beside its own': [
    inEngine(
      'p.FS.mkdir("/host")\np.FS.mount(p.FS.filesystems.NODEFS, Object.fromEntries(to_js([["root", "/"]])), "/host")\nimport os\nos.listdir("/host")',
    ),
    inEngine('p.mountNodeFS("/host", "/")\nimport os\nos.listdir("/host")'),
    inEngine('p.FS.filesystems.NODEFS.isWindows, p.FS.filesystems.NODEFS.getMode("/usr")'),
    inEngine('p.FS.filesystems.NODEFS.tryFSOperation(create_proxy(lambda: 1))'),
  ],
  'the places and the text of the code around it': [
    ['import sys\n[sys.executable, sys.argv, sys.orig_argv, sys.path]'],
    inEngine(
      'p._api.config.indexURL, p.lockfileBaseUrl, p._api.packageManager.installBaseUrl',
      'str(wire.send), str(p.loadPackage)',
    ),
    inEngine(
      'try: wire.send.constructor("return process")\nexcept JsException as e: error = e\nerror.constructor.stackTraceLimit = 50\ntry: wire.send.constructor("return process")\nexcept JsException as e: print(e.stack)',
    ),
    inEngine(
      'try: wire.send.constructor("x")\nexcept JsException as e: error = e\nerror.constructor.prepareStackTrace = create_proxy(lambda e, sites: str([s.getFileName() for s in sites]))\ntry: wire.send.constructor("x")\nexcept JsException as e: print(e.stack)',
    ),
    [
      'import platform, os\n[platform.platform(), platform.node(), os.cpu_count(), os.getpid(), sys._emscripten_info if "sys" in globals() else 0]',
    ],
  ],
  'when memory is collected': [
    [
      'import gc, weakref\ndied = []\nclass C:\n    def __del__(self): died.append(len(died))\ngc.set_threshold(1)',
      'for _ in range(500):\n    c = C(); c.me = c\ndel c\nlen(died)',
      'gc.collect()\nlen(died)',
    ],
    [
      'import gc\nseen = []\ngc.callbacks.append(lambda phase, info: seen.append((phase, info["generation"])))',
      'x = [[] for _ in range(50_000)]\nlen(seen), seen[:9]',
    ],
    [
      'class C:\n    def __del__(self): read("late")\nc = C()\nc.me = c\ndel c',
      'x = [[] for _ in range(100_000)]\nlen(x)',
    ],
    inEngine(
      'r = p._module.finalizationRegistry.constructor.new(create_proxy(lambda held: print(held)))\nr.register(Object.new(), "gone")',
      'x = bytearray(60_000_000)\ndel x\n"nothing"',
    ),
  ],
  'a call between its cells': [
    [
      'n = 0\nclass D(list):\n    def __iter__(self):\n        global n\n        n += 1\n        read(f"draft {n}")\n        return iter([n])\nanswer["content"] = D([1])',
      'n',
      'n',
    ],
    ['class D(dict):\n    def items(self):\n        while True: pass\nanswer["content"] = D(a=1)'],
    ['class D(dict):\n    def items(self): raise SystemExit\nanswer["content"] = D(a=1)', '1'],
    [
      'import threading\nthreading.Timer(0, lambda: read("late")).start()\nimport atexit\natexit.register(lambda: read("late"))',
      '1',
    ],
  ],
  'an answer that is none': [
    ['class A:\n    content = "mine"\n    ready = True\nanswer = A()', 'answer.ready'],
    [
      'class A(dict):\n    def __getitem__(self, k): return 1 / 0\n    def get(self, *a): return 1 / 0\nanswer = A(content="x", ready=True)',
      '1',
    ],
    [
      'class E:\n    def __eq__(self, other): raise SystemExit\n    def __bool__(self): raise KeyboardInterrupt\nanswer["content"] = E()',
      'answer["ready"] = E()',
      '1',
    ],
    ['type(answer).__setitem__ = lambda *a: None\nanswer["content"] = "x"\nanswer["ready"] = True', 'answer'],
    ['answer.clear()\nanswer["ready"] = True', 'dict(answer)'],
    ['globals().clear()', 'FINAL_VAR("answer")'],
    ['x = {1: "a", "1": "b"}\nFINAL(x)', 'FINAL({True: 1, "true": 2})', 'FINAL({None: 1, "null": 2})'],
    ['FINAL_VAR("__builtins__")', 'FINAL_VAR("read")', 'FINAL_VAR("answer")', 'FINAL(None)'],
  ],
  'JSON that is no answer': [
    ...[
      '1e400',
      '"\\\\ud800"',
      '[1',
      '{"a":1,"a":2}',
      '{"__proto__":{"toJSON":1}}',
      '9007199254740993',
      'NaN',
      '',
      '\\\\u0000',
    ].map((json) => inEngine(`wire.hand_out('${json}')`, '1')),
    inEngine('wire.hand_out("[" * 100_000 + "]" * 100_000)', '1'),
    inEngine('wire.hand_out(wire.send)', '1'),
    inEngine('wire.hand_out(10 ** 30)', 'wire.hand_out(None)'),
    inEngine('wire.keep_draft("[1")', 'wire.keep_draft(wire.send)', '1'),
  ],
  'words and calls that no function of the host says': [
    inEngine('wire.send("read", "[1e400]")', 'wire.send("read", "[1")', '1'),
    inEngine('wire.send("read", 5)', 'wire.send(5, "[]")', '1'),
    inEngine('wire.send(create_proxy({"a": 1}), create_proxy([]))', '1'),
    inEngine('wire.send("read", create_proxy("x" * 10))', '1'),
    inEngine(
      'wire.emit("printed", "x", -10, "y")',
      'wire.emit("shown", "x", 10**30, "y")',
      'wire.emit("shown", wire.send, float("nan"), "y")',
    ),
    inEngine('wire.emit("shown", "a" * 10**6, 0, "b" * 10**6)', 'wire.emit(5, "a", 0, "b")'),
  ],
  'what the prelude is made of': [
    [
      'import json\njson.dumps = json.loads = lambda *a, **k: "null"',
      'read("a")["name"]',
      'FINAL({"a": [1]})',
    ],
    [
      'import re, json\nre.compile = re.match = None\njson.JSONEncoder.encode = lambda *a: "7"\njson.encoder.c_make_encoder = None',
      'read("a")["name"]',
    ],
    [
      'import builtins\nbuiltins.len = lambda x: -5\nprint("abc")',
      'builtins.isinstance = lambda *a: True\nread("a")',
      '1',
    ],
    ['import sys\nsys.modules["_writ_wire"].plain = lambda *a: ["forged"]\nread("a")', 'read("b")'],
    [
      'import sys\nsys.modules["_writ_cells"]._described = lambda *a: {"name": 5, "message": None}\n1 / 0',
      '1',
    ],
    ['import sys\nsys.modules["_writ_cells"]._dumps = lambda *a: "5"', '1'],
    ['import sys\nsys.modules["_writ_names"].Names.restore = lambda self: 1 / 0', 'read = 5', 'read'],
    [
      'import sys\nsys.modules["_writ_cells"]._main.__dict__ is globals()\nsys.modules["__main__"] = None',
      '1',
    ],
    ['globals()["__builtins__"] = {}', 'print(1)', '1'],
    [
      'import traceback, linecache\nlinecache.cache["<cell 2>"] = (9, None, ["forged\\n"] * 9, "<cell 2>")\ntraceback.StackSummary.format = lambda s: [5]',
      '1 / 0',
    ],
  ],
  'a cell within a cell': [
    ['import sys\nrun = sys.modules["_writ_cells"].run\nrun("FINAL(7)", 99, 100)'],
    [
      'import sys\nboot = sys.modules["_writ_cells"].boot\nboot(\'{"seed":"00","functions":[{"name":"release","aliases":[],"args":["a"],"options":[]}],"provided":[],"context":{"type":"text","text":"x","bytes":1}}\')',
      'release(1)',
      '1',
    ],
    ['import sys\nw = sys.modules["_writ_wire"].wire\nFINAL(1)\nw.released = False\nread("after")\nFINAL(2)'],
    inEngine('p.runPython("FINAL(8)")', 'p.runPythonAsync("read(1)")', '1'),
  ],
  'an error that cannot be read': [
    [
      'e = SyntaxError("x")\ne.filename, e.lineno, e.offset, e.text = "<cell 1>", "many", 10**30, 5\nraise e',
      '1',
    ],
    [
      'class E(Exception):\n    __dict__ = property(lambda self: 1 / 0)\n    def __str__(self): return "\\ud800"\nraise E',
    ],
    [
      'class S(str):\n    def __len__(self): return 10**30\n    def __getitem__(self, i): return self\nclass E(Exception):\n    def __str__(self): return S("x" * 10**6)\nraise E',
    ],
    ['def deep(n): return ExceptionGroup("g", [deep(n - 1)]) if n else ValueError(1)\nraise deep(900)'],
    [
      'e = ValueError(1)\ne.__cause__ = e.__context__ = e\ne.nan, e.inf, e.me = float("nan"), float("inf"), e\nraise e',
    ],
    ['e = type("\\udcff" if False else "E" * 10**5, (Exception,), {})("x")\nraise e'],
    [
      'class M(type):\n    __name__ = property(lambda self: 1 / 0)\nclass E(Exception, metaclass=M): pass\nraise E',
      '1',
    ],
    ['raise BaseExceptionGroup("g", [KeyboardInterrupt(), SystemExit(5)])', '1'],
    ['raise GeneratorExit', 'raise StopIteration', 'raise StopAsyncIteration', '1'],
  ],
  'an awaiting that does not end': [
    ['import asyncio\nasync def f():\n    await asyncio.Event().wait()\nawait f()', '1'],
    ['import asyncio\nloop = asyncio.new_event_loop()\nloop.run_forever()', '1'],
    ['import asyncio\nasync def g():\n    while True: yield 1\nasync for x in g(): pass', '1'],
    ['import asyncio\nasync def f():\n    while True: await asyncio.sleep(1e300)\nawait f()', '1'],
    [
      'import asyncio\ntask = asyncio.ensure_future(asyncio.sleep(1))\nawait asyncio.sleep(float("nan"))',
      '1',
    ],
    ['import queue\nqueue.Queue().get()', '1'],
    ['import threading\nl = threading.Lock(); l.acquire(); l.acquire()', '1'],
    ['from pyodide.ffi import run_sync\nimport asyncio\nrun_sync(asyncio.sleep(1))', '1'],
    inEngine('await p._api.lockFilePromise', '1'),
    inEngine(
      'from pyodide.webloop import WebLoop\nWebLoop().run_until_complete(p._api.lockFilePromise)',
      '1',
    ),
  ],
  'depth where C has no guard': [
    inEngine(
      'x = ()\nfor _ in range(10**6): x = (x,)\nf = create_proxy(lambda: hash(x) and None)\ntry: print(wire.send.__proto__.call.call(f))\nexcept BaseException as e: print(type(e))',
      '1',
    ),
    ['eval("(" * 10**5)', 'eval("-" * 10**6 + "1")', '1'],
    [
      'def g(n):\n    if n: yield from g(n - 1)\n    yield n\nsum(g(3_000))',
      'x = iter([1])\nfor _ in range(10**5): x = map(int, x)\nlist(x)',
      '1',
    ],
    ['x = ()\nfor _ in range(10**6): x = (x,)\nhash(x)', '1'],
    ['f = lambda: 0\nfor _ in range(10**5): f = __import__("functools").partial(f)\nf()', '1'],
    ['class A: pass\na = A()\nfor _ in range(10**5):\n    b = A(); b.a = a; a = b\ndel a, b', '1'],
    ['import copy\nx = []\nx.append(x)\ncopy.deepcopy(x)\nx == x.copy()', '1'],
    ['import ast\nast.unparse(ast.parse("+".join(["1"] * 20_000)))', '1'],
  ],
  'values without end': [
    ['FINAL(iter(int, 1))', '1'],
    ['x = []\nfor _ in range(40): x = [x, x]\nFINAL(x)', '1'],
    ['class S(set):\n    def __iter__(self): return iter(int, 1)\nFINAL(S([1]))', '1'],
    ['class T(tuple):\n    def _asdict(self): return T()\nFINAL(T())', '1'],
    ['class T:\n    def tolist(self): return T()\nFINAL(T())', '1'],
    ['FINAL(10 ** 5000)', 'import sys\nsys.set_int_max_str_digits(0)\nFINAL(10 ** 300_000)'],
    ['FINAL([2**53, -2**53, 2**53 - 1, 1e-320, -0.0, float("nan"), float("inf"), True])'],
    ['print(*range(10**7))', '"x" * 10**8'],
  ],
  'characters that are halves': [
    ['FINAL("\\ud800x")'],
    ['FINAL({"\\udfff": ["\\ud83d", "\\ude00", "\\ud83d\\ude00"]})'],
    ['read("\\ud800")["args"][0]', 'print("\\ud800")', '"\\udfff"'],
    ['raise ValueError("\\ud800")', 'answer["content"] = "\\ud800"'],
    ['FINAL("\\x00\\u2028\\ufeff\\uffff\\U0010ffff")'],
  ],
  'the watchers of Python': [
    [
      'import sys\nseen = []\nsys.settrace(lambda f, e, a: seen.append(f.f_code.co_name))',
      'x = 1',
      'sys.settrace(None)\nlen(seen), seen[:5]',
    ],
    ['import sys\nsys.setprofile(lambda f, e, a: 1 / 0)', '1', '1'],
    [
      'import sys\nsys.addaudithook(lambda e, a: (_ for _ in ()).throw(SystemExit) if e == "compile" else None)',
      '1',
      '1',
    ],
    [
      'import sys\nsys.monitoring.use_tool_id(3, "x")\nsys.monitoring.register_callback(3, sys.monitoring.events.PY_START, lambda *a: print("s"))\nsys.monitoring.set_events(3, sys.monitoring.events.PY_START)',
      '1',
    ],
    [
      'import sys\nsys.unraisablehook = lambda a: read("late")\nclass C:\n    def __del__(self): 1 / 0\nC()',
      '1',
    ],
    inEngine('p.setInterruptBuffer(to_js(bytes([2])))\nfor _ in range(10**6): pass', '1'),
  ],
  'memory that is not the engine’s': [
    inEngine('p._module.memory.constructor.new(Object.fromEntries(to_js([["initial", 65536]])))', '1'),
    inEngine('held = [p._module.HEAPU8.constructor.new(10**9) for _ in range(9)]', '1'),
    inEngine(
      'p._module.memory.grow(60_000)',
      'p._module.memory.constructor.prototype.grow.call(p._module.memory, 60_000)',
      '1',
    ),
    inEngine('p._module.HEAPU8.fill(0)', '1'),
    inEngine('p._module._exit(0)', '1'),
    inEngine('p._module.abort("x")', '1'),
  ],
  'the prototypes of the process': [
    inEngine('Object.prototype.toJSON = create_proxy(lambda *a: "forged")\n1 / 0', '1'),
    inEngine('Object.prototype.finalJson = "\\"forged\\""', '1'),
    inEngine('Object.prototype.dataJson = "5"\n1 / 0', '1'),
    inEngine('wire.send.__proto__.apply = wire.send.__proto__.call = None', 'read("a")'),
    inEngine(
      'Object.defineProperty(Object.prototype, "outcome", Object.fromEntries(to_js([["value", "ok"]])))\n1 / 0',
      '1',
    ),
    inEngine('Object.freeze(Object.prototype)', '1'),
  ],
}

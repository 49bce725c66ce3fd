"""Runs cells: their code in one namespace, what they print, show and throw, as the host is told it."""

import ast
import builtins
import inspect
import io
import json as _json
import linecache
import sys
import traceback
import types
import warnings

from _writ_names import Names
from _writ_platform import begin, run_coroutine
from _writ_wire import Released, encode, plain, to_json, wire

_MOST_MESSAGE = 8_000
_MOST_TRACE = 8_000
_MOST_DATA = 60_000


class _Printed(io.TextIOBase):
    """Standard output of a cell. Of a long text only the two ends are given out."""

    encoding = "utf-8"
    kept = 0

    def writable(self):
        return True

    def write(self, text):
        if not isinstance(text, str):
            raise TypeError(f"write() argument must be str, not {type(text).__name__}")
        show("printed", text)
        return len(text)


def show(stream, text):
    kept = _Printed.kept
    if len(text) <= 2 * kept:
        wire.emit(stream, text, 0, "")
    else:
        wire.emit(stream, text[:kept], len(text) - 2 * kept, text[-kept:])


_main = sys.modules["__main__"] = types.ModuleType("__main__")
_main.__builtins__ = builtins
_names = Names(_main.__dict__)
_printed = _Printed()


def boot(setup_json):
    setup = _json.loads(setup_json)
    begin(setup["seed"])
    _names.provide(setup["functions"], setup["provided"], setup["context"])


def run(code, ordinal, kept):
    """Runs a cell, and keeps its draft. Gives JSON of its error, and whether it ran out of memory."""
    wire.released = False
    _Printed.kept = kept
    sys.stdout = sys.stderr = _printed
    spent = False
    error = None
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            _evaluate(code, f"<cell {ordinal}>")
    except Released:
        pass
    except MemoryError:
        spent = True
    except BaseException as thrown:
        error = _described(thrown, ordinal)
    sys.stdout = sys.stderr = _printed
    try:
        shadowed = _names.restore()
        if shadowed:
            words = "a name of the REPL, restored after this cell; keep your value under another name"
            show("printed", f"[{', '.join(shadowed)}: {words}]\n")
    except BaseException as thrown:
        error = error or _described(thrown, ordinal)
    _keep_draft()
    return encode({"error": error, "spent": spent})


def _keep_draft():
    """
    Gives the host JSON of the content of `answer`; 'null' when it cannot be written. It is a part of the cell: writing
    it may run code of the guest, which has to run again when the cell does, and at no other time.
    """
    try:
        if _names.drafted():
            wire.keep_draft(to_json(_names.answer["content"]))
    except BaseException:
        wire.keep_draft("null")


def _evaluate(code, name):
    lines = code.splitlines(keepends=True)
    linecache.cache[name] = (len(code), None, lines, name)
    tree = ast.parse(code, name)
    last = tree.body.pop() if tree.body and isinstance(tree.body[-1], ast.Expr) else None
    space = _main.__dict__
    if tree.body:
        _run(compile(tree, name, "exec", ast.PyCF_ALLOW_TOP_LEVEL_AWAIT, dont_inherit=True), space)
    if last is None:
        return
    value = _run(compile(ast.Expression(last.value), name, "eval", ast.PyCF_ALLOW_TOP_LEVEL_AWAIT, dont_inherit=True), space)
    if value is not None and not wire.released:
        show("shown", value if isinstance(value, str) else repr(value))


def _run(compiled, space):
    value = eval(compiled, space)
    return run_coroutine(value) if compiled.co_flags & inspect.CO_COROUTINE else value


def _described(thrown, ordinal):
    """
    What a cell threw: name, message with the lines of cells it came through, and its own facts as JSON. Where it cannot be
    told, the interpreter is not what it was, and the cell is undone with it.
    """
    name = type(thrown).__name__
    try:
        message = str(thrown.msg if isinstance(thrown, SyntaxError) and thrown.msg else thrown)
    except BaseException:
        message = "(the error cannot be read)"
    if len(message) > _MOST_MESSAGE:
        message = message[:_MOST_MESSAGE] + "…"
    data = _facts(thrown)
    place, where = _place(thrown, f"<cell {ordinal}>")
    data.update(place)
    described = {"name": name, "message": f"{message}\n{where}" if where else message}
    try:
        json = to_json(data)
        if data and len(json) <= _MOST_DATA:
            described["dataJson"] = json
    except BaseException:
        pass
    return described


def _place(thrown, cell):
    """Where in the cells it came from: line and column, and the lines as text."""
    if isinstance(thrown, SyntaxError) and str(thrown.filename).startswith("<cell"):
        line, column, text = thrown.lineno or 1, thrown.offset or 1, (thrown.text or "").rstrip("\n")[:200]
        caret = f"\n    {' ' * max(0, column - 1)}^" if column <= 200 else ""
        return {"line": line, "column": column}, f'  File "{thrown.filename}", line {line}\n    {text}{caret}'
    frames = [frame for frame in traceback.extract_tb(thrown.__traceback__) if frame.filename.startswith("<cell")]
    if not frames:
        return {}, ""
    text = "Traceback (most recent call last):\n" + "".join(traceback.StackSummary.from_list(frames).format())
    own = next((frame for frame in reversed(frames) if frame.filename == cell), None)
    place = {} if own is None else {"line": own.lineno, "column": (own.colno or 0) + 1}
    return place, text.rstrip("\n") if len(text) <= _MOST_TRACE else text[: _MOST_TRACE // 2] + "\n…\n" + text[-_MOST_TRACE // 2 :].rstrip("\n")


def _facts(thrown):
    facts = {}
    try:
        for key, value in vars(thrown).items():
            if not key.startswith("_") and key != "name":
                facts[key] = plain(value)
    except BaseException:
        return {}
    return facts

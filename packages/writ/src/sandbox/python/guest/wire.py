"""What crosses to the host: calls and their answers, what a cell prints, and the answer it releases. All of it is text."""

import json as _json
import math
from collections.abc import Mapping, Set


class Row(dict):
    """A JSON object of the host: a dict whose keys can be said as attributes too."""

    __slots__ = ()

    def __getattr__(self, name):
        try:
            return self[name]
        except KeyError:
            raise AttributeError(f"there is no {name!r}; the keys are {', '.join(map(str, self)) or '(none)'}") from None


class Dated(list):
    """Documents or passages that were chosen by their dates. `undated` is how many were left out because they have none."""

    def __init__(self, found, undated):
        super().__init__(found)
        self.undated = undated


class HostError(Exception):
    """The host refused a call, or it failed. `name` is what kind of error it is, and its facts are attributes."""


class Released(BaseException):
    """The cell has released its answer and asks for something more: it ends there."""


# Bound here: a cell may put others in their places.
_decode = _json.JSONDecoder(object_pairs_hook=Row).decode
encode = _json.JSONEncoder(ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode
_kinds = {}

# Whole numbers beyond it are not the same in every reader of JSON: they are written as text.
_MOST_INT = 2**53 - 1


def _kind(name):
    """The class of errors of a name, so that code can say `except` with it and a traceback names it."""
    if name not in _kinds:
        _kinds[name] = type(name, (HostError,), {"__module__": "builtins"})
    return _kinds[name]


def plain(value, depth=0):
    """A value as JSON holds it. Raises TypeError for what it cannot hold, and RecursionError for what holds itself."""
    if value is None or isinstance(value, (str, bool)):
        return str(value) if isinstance(value, str) else value
    if isinstance(value, int):
        return int(value) if abs(value) <= _MOST_INT else str(int(value))
    if isinstance(value, float):
        return float(value) if math.isfinite(value) else None
    if depth > 900:
        raise RecursionError("the value is nested too deeply, or holds itself")
    if isinstance(value, Mapping):
        return _object(value, depth + 1)
    if hasattr(value, "_asdict"):
        return plain(value._asdict(), depth + 1)
    if isinstance(value, (list, tuple)):
        return [plain(item, depth + 1) for item in value]
    if isinstance(value, Set):
        return [plain(item, depth + 1) for item in sorted(value, key=repr)]
    if hasattr(value, "__dataclass_fields__") and not isinstance(value, type):
        return {name: plain(getattr(value, name), depth + 1) for name in value.__dataclass_fields__}
    if hasattr(value, "isoformat"):
        return value.isoformat()
    if hasattr(value, "tolist"):
        return plain(value.tolist(), depth + 1)
    if isinstance(value, BaseException):
        return {"name": type(value).__name__, "message": str(value)}
    if type(value).__name__ in ("Decimal", "Fraction", "UUID"):
        return str(value)
    if hasattr(value, "__iter__") and not isinstance(value, (bytes, bytearray, memoryview)):
        return [plain(item, depth + 1) for item in value]
    raise TypeError(f"a value of type {type(value).__name__} cannot be written as JSON")


def _object(mapping, depth):
    fields = {}
    for key, item in mapping.items():
        said = key if isinstance(key, str) else _key(key)
        if said in fields:
            raise TypeError(f"two keys of a dict are {said!r} as JSON writes them")
        fields[said] = plain(item, depth)
    return fields


def _key(key):
    """A key of a dict as JSON writes it."""
    if key is None or isinstance(key, (bool, int, float)):
        return encode(key)
    return str(key)


def to_json(value):
    return encode(plain(value))


class Wire:
    """The host of this interpreter. `send(name, args)` gives its answer, which begins with 1 when it is a value."""

    def __init__(self):
        self.send = None
        self.emit = None
        self.hand_out = None
        self.keep_draft = None
        self.released = False

    def call(self, name, args):
        if self.released:
            raise Released()
        answer = self.send(name, to_json(args))
        value = _decode(answer[1:])
        if answer[0] == "1":
            return Dated(**value) if name in ("docs", "search") and isinstance(value, dict) and "undated" in value else value
        raise host_error(value)

    def release(self, value, how):
        if self.released:
            return
        if value is None:
            raise TypeError(f"{how}: the answer is None; give a value, or assign one first")
        if not self.hand_out(to_json(value)):
            raise ValueError(f"{how}: the answer is larger than an answer may be")
        self.released = True


def host_error(facts):
    error = _kind(facts["name"])(facts["message"])
    error.name = facts["name"]
    data = _decode(facts["dataJson"]) if "dataJson" in facts else {}
    for key, value in data.items() if isinstance(data, dict) else ():
        if key not in ("args", "name", "message", "with_traceback", "add_note"):
            setattr(error, key, value)
    return error


wire = Wire()

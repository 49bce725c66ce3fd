"""The names of the REPL: each function of the host by what the table says of it, the answer, and the context."""

import builtins
import sys

from _writ_wire import Row, wire


def host_function(name, args, options):
    """
    A function of the host. Its first parameters are `args`; whatever comes after them, by place or by name, is one of
    `options`, which the host is given as one object.
    """

    def call(*given, **named):
        if len(given) > len(args) + len(options):
            raise TypeError(f"{name}() takes at most {len(args) + len(options)} arguments, {len(given)} were given")
        values = dict(zip(args + options, given))
        said = {}
        for key, value in named.items():
            key = _unsnaked(key) if _unsnaked(key) in options else key
            if key in values:
                raise TypeError(f"{name}() got {key!r} twice")
            if key not in args and key not in options:
                raise TypeError(f"{name}() has no {key!r}; it takes {', '.join(args + options) or 'nothing'}")
            values[key] = value
        for key in options:
            if values.get(key) is None:
                continue
            if key == options[0] and isinstance(values[key], dict) and set(values[key]) <= set(options):
                said.update(values[key])  # options as one dict, as JavaScript has them
            else:
                said[key] = values[key]
        row = [values.get(key) for key in args]
        return wire.call(name, [*row, said] if options else row)

    call.__name__ = call.__qualname__ = name
    return call


def _unsnaked(name):
    first, *rest = name.split("_")
    return first + "".join(part.capitalize() for part in rest)


class Answer(dict):
    """`{"content", "ready"}`: setting `ready` releases the content."""

    def __init__(self):
        super().__init__(content="", ready=False)

    def __setitem__(self, key, value):
        super().__setitem__(key, value)
        if key == "ready" and value:
            wire.release(self._made("answer.ready"), "answer.ready")

    def _made(self, how):
        if self["content"] is None or isinstance(self["content"], str) and self["content"] == "":
            raise ValueError(f'{how}: answer["content"] is empty; set it first')
        return self["content"]

    def update(self, *args, **named):
        for key, value in dict(*args, **named).items():
            if key != "ready":
                self[key] = value
        for key, value in dict(*args, **named).items():
            if key == "ready":
                self[key] = value

    def __getattr__(self, name):
        try:
            return self[name]
        except KeyError:
            raise AttributeError(name) from None

    def __setattr__(self, name, value):
        self[name] = value


class Context(str):
    """One small text: a string that knows what it is."""

    type = "text"
    docs = 1


class Corpus:
    """A corpus that is read by calls only."""

    def __init__(self, type, docs=0, bytes=0):
        self.type = type
        self.docs = docs
        self.length = bytes

    def __len__(self):
        return self.length

    def __repr__(self):
        return f"<the corpus: {self.docs} documents, {self.length} bytes; use docs(), search(), grep(), read()>"

    def _not_text(self, *_):
        raise TypeError("context is a corpus, not a text: use docs(), search(query), grep(pattern) and read(doc, start, end)")

    __getitem__ = __iter__ = __contains__ = __add__ = __radd__ = _not_text

    def __getattr__(self, name):
        if hasattr(str, name):
            self._not_text()
        raise AttributeError(f"context has no {name!r}; it has docs, length and type")


class Names:
    """What the REPL provides in the namespace of cells, and the answer that a frame makes."""

    def __init__(self, space):
        self.space = space
        self.provided = {}
        self.own = set(space)

    def provide(self, functions, guest, context):
        for entry in functions:
            function = host_function(entry["name"], tuple(entry["args"]), tuple(entry["options"]))
            for said in (entry["name"], *entry["aliases"]):
                self.provided[said] = function
        values = {
            "context": Context(context["text"]) if context["type"] == "text" else Corpus(**context),
            "print": builtins.print,
            "FINAL": self.final,
            "FINAL_VAR": self.final_var,
            "answer": Answer(),
            "SHOW_VARS": self.show_vars,
        }
        for entry in guest:
            if entry["name"] in values:
                for said in (entry["name"], *entry["aliases"]):
                    self.provided[said] = values[entry["name"]]
        self.space.update(self.provided)
        self.own |= set(self.space)

    @property
    def answer(self):
        return self.provided["answer"]

    def final(self, value=None, /, **fields):
        """Releases a value as the answer; fields that are named are an object."""
        wire.release(fields if value is None and fields else value, "FINAL")

    def final_var(self, name):
        """Releases the variable of this name as the answer."""
        if not isinstance(name, str):
            return wire.release(name, "FINAL_VAR")
        key = name.strip().strip("\"'")
        if key not in self.space or key in self.own and key not in self.provided:
            raise NameError(f'there is no variable "{key}"; your variables are: {", ".join(self.variables()) or "(none)"}')
        value = self.space[key]
        how = f'FINAL_VAR("{key}")'
        wire.release(self.answer._made(how) if value is self.answer else value, how)

    def variables(self):
        taken = {"answer"} if self.space.get("answer") is not self.answer else set()
        return [name for name in self.space if name not in self.own - taken and not name.startswith("__")]

    def show_vars(self):
        """Names, types and sizes of the variables."""
        return [Row(name=name, type=type(self.space[name]).__name__, size=_size(self.space[name])) for name in self.variables()]

    def restore(self):
        """Puts back the names that the cell put values of its own on, and gives those it did."""
        shadowed = []
        for name, value in self.provided.items():
            if self.space.get(name) is value or name == "answer" and self._stays():
                continue
            if name in self.space and name != "answer":
                shadowed.append(name)
            self.space[name] = value
        return shadowed

    def _stays(self):
        """
        Whether `answer` is a variable now: many a program calls one so, and wants its value later. A dict with a
        content in the place of the answer is the answer.
        """
        replaced = self.space.get("answer")
        if isinstance(replaced, dict) and "content" in replaced:
            self.answer.update(replaced)
            return False
        return "answer" in self.space

    def drafted(self):
        content = self.answer.get("content")
        return content is not None and not (isinstance(content, str) and content == "")


def _size(value):
    try:
        return len(value)
    except Exception:
        return None


sys.modules["__main__"].__dict__.pop("__annotations__", None)

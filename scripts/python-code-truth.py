"""Writes down which calls and writes Python's own `ast` and `symtable` find in sources, as `npm run bench -- code` compares them.

Run `python3 scripts/python-code-truth.py` at the root of the checkout. The sources are those of the standard library that the package pyodide has.
With a directory as its argument, it prints what it finds there instead.
"""
import ast
import gzip
import io
import json
import os
import symtable
import sys
import zipfile

HERE = os.path.dirname(os.path.abspath(__file__))
ZIP = os.path.join(HERE, '../node_modules/pyodide/python_stdlib.zip')
OUT = os.path.join(HERE, '../bench/src/code/python-truth.json.gz')
PARTS = ('os.py', 'argparse.py', 'json/', 'logging/', 'urllib/', 'http/', 'html/', 'xml/__init__.py', 'xml/dom/', 'wsgiref/', 'random.py', 'csv.py', 'warnings.py',
         'socketserver.py', 'tempfile.py', 'configparser.py')
PLAIN = {'staticmethod', 'classmethod', 'abstractmethod', 'contextmanager', 'lru_cache', 'cache', 'wraps', 'dataclass', 'final',
         'total_ordering', 'override', 'unique', 'asynccontextmanager', 'runtime_checkable', 'coroutine'}
FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
SCOPES = FUNCTIONS + (ast.ClassDef, ast.Lambda, ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)


class Scope:
    def __init__(self, table, parent, node, module):
        self.table, self.parent, self.node, self.module = table, parent, node, module
        self.bindings = {}
        self.lines = {}
        self.cls = None  # the class whose body this is

    def bind(self, name, what, line=0):
        self.lines.setdefault(name, line)
        self.bindings.setdefault(name, []).append(what)

    def owner(self, name):
        """The scope that a name belongs to, as symtable says."""
        symbol = None
        for known in (name, Program.mangled(name, self)):
            if known in self.table.get_identifiers():
                symbol = self.table.lookup(known)
        if symbol is None:
            return self.module.scope
        if symbol.is_local():
            return self
        if symbol.is_free():
            at = self.parent
            while at is not None:
                if at.table.get_type() != 'class' and name in at.table.get_identifiers() and at.table.lookup(name).is_local():
                    return at
                at = at.parent
        return self.module.scope


class Cls:
    def __init__(self, module, node, scope):
        self.module, self.node, self.scope = module, node, scope
        self.body = None
        self.subs = []
        self.patched = set()
        self.order = None

    def place(self):
        return f'{self.module.doc}:{self.module.line_of(self.node)}'

    def members(self, name):
        return self.body.bindings.get(name, [])


class Func:
    def __init__(self, module, node, scope):
        self.module, self.node, self.scope = module, node, scope

    def place(self):
        return f'{self.module.doc}:{self.module.line_of(self.node)}'


class Module:
    def __init__(self, doc, text, every):
        self.doc, self.every, self.text = doc, every, text
        self.lines = text.split('\n')
        self.tree = ast.parse(text)
        self.scope = Scope(symtable.symtable(text, doc, 'exec'), None, self.tree, self)
        self.scopes = {}
        self.classes = {}
        self.stars = 0
        self.dynamic = 'globals()' in text or 'sys.modules[__name__]' in text
        self.patched = set()
        self.calls = []
        self.stores = []
        self.taken = []
        self.build(self.tree, self.scope)

    def line_of(self, node):
        return node.lineno

    def package(self):
        parts = self.doc[:-3].split('/')
        return parts[:-1]

    # scopes and bindings -------------------------------------------------
    def build(self, node, scope, first=None):
        tables = {}
        for table in scope.table.get_children():
            tables.setdefault((table.get_name(), table.get_lineno()), []).append(table)
        scope.tables = tables
        for kid in ast.iter_child_nodes(node):
            self.visit(kid, scope)

    def child(self, node, scope):
        name = {ast.Lambda: 'lambda', ast.ListComp: 'listcomp', ast.SetComp: 'setcomp', ast.DictComp: 'dictcomp',
                ast.GeneratorExp: 'genexpr'}.get(type(node)) or node.name
        found = scope.tables.get((name, node.lineno))
        if not found and getattr(node, 'decorator_list', None):
            found = scope.tables.get((name, node.decorator_list[0].lineno))
        inner = Scope(found.pop(0), scope, node, self)
        self.scopes[node] = inner
        return inner

    def inside(self, inner, nodes):
        inner.tables = {}
        for table in inner.table.get_children():
            inner.tables.setdefault((table.get_name(), table.get_lineno()), []).append(table)
        for one in nodes:
            self.visit(one, inner)

    def visit(self, node, scope):
        if isinstance(node, FUNCTIONS + (ast.Lambda,)):
            args = node.args
            for one in args.defaults + [d for d in args.kw_defaults if d]:
                self.visit(one, scope)
            every = args.posonlyargs + args.args + args.kwonlyargs + [a for a in (args.vararg, args.kwarg) if a]
            for arg in every:
                if arg.annotation:
                    self.visit(arg.annotation, scope)
            if not isinstance(node, ast.Lambda):
                for one in node.decorator_list:
                    self.decorator(one, scope)
                if node.returns:
                    self.visit(node.returns, scope)
                setter = any(isinstance(d, ast.Attribute) and d.attr in ('setter', 'deleter', 'getter') for d in node.decorator_list)
                if not any(self.said(d).endswith('overload') for d in node.decorator_list) and not setter:
                    scope.owner(node.name).bind(node.name, ('func', node, scope), node.lineno)
            inner = self.child(node, scope)
            if not isinstance(node, ast.Lambda) and scope.cls is not None and every:
                names = {self.said(d).split('.')[-1] for d in node.decorator_list}
                first = (args.posonlyargs + args.args)[:1]
                if first and 'staticmethod' not in names:
                    kind = 'cls' if 'classmethod' in names or node.name in ('__new__', '__init_subclass__', '__class_getitem__') else 'self'
                    inner.bind(first[0].arg, (kind, scope.cls))
            for arg in every:
                if arg.arg not in inner.bindings:
                    inner.bind(arg.arg, ('value', None, scope))
            self.inside(inner, node.body if isinstance(node.body, list) else [node.body])
            return
        if isinstance(node, ast.ClassDef):
            for one in node.decorator_list:
                self.decorator(one, scope)
            for one in node.bases + [k.value for k in node.keywords]:
                self.visit(one, scope)
            cls = Cls(self, node, scope)
            self.classes[node] = cls
            scope.owner(node.name).bind(node.name, ('class', cls, scope), node.lineno)
            inner = self.child(node, scope)
            inner.cls = cls
            cls.body = inner
            self.inside(inner, node.body)
            return
        if isinstance(node, (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)):
            self.visit(node.generators[0].iter, scope)
            inner = self.child(node, scope)
            parts = [node.key, node.value] if isinstance(node, ast.DictComp) else [node.elt]
            for at, one in enumerate(node.generators):
                parts += [one.target] + one.ifs + ([one.iter] if at else [])
            self.inside(inner, parts)
            return
        self.bindings(node, scope)
        if isinstance(node, ast.Call):
            self.calls.append((node.func, node, scope))
        for kid in ast.iter_child_nodes(node):
            self.visit(kid, scope)

    def decorator(self, node, scope):
        if isinstance(node, (ast.Name, ast.Attribute)):
            self.calls.append((node, None, scope))
        self.visit(node, scope)

    def bindings(self, node, scope):
        if isinstance(node, ast.Name) and isinstance(node.ctx, (ast.Store, ast.Del)):
            holder = scope
            while holder.table.get_type() == 'function' and holder.table.get_name() in ('listcomp', 'setcomp', 'dictcomp', 'genexpr') \
                    and not (node.id in holder.table.get_identifiers() and holder.table.lookup(node.id).is_local()):
                holder = holder.parent
            given = getattr(node, 'given', None)
            holder.owner(node.id).bind(node.id, ('value', given, scope, node), node.lineno)
            self.stores.append((node, scope))
        elif isinstance(node, (ast.Attribute, ast.Subscript)) and isinstance(node.ctx, (ast.Store, ast.Del)):
            self.stores.append((node, scope))
        elif isinstance(node, ast.Assign):
            for target in node.targets:
                target.given = node.value
        elif isinstance(node, ast.AnnAssign) and node.value:
            node.target.given = node.value
        elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
            node.target.ctx = ast.Load()
        elif isinstance(node, ast.NamedExpr):
            node.target.given = node.value
        elif isinstance(node, ast.Import):
            for one in node.names:
                name = one.asname or one.name.split('.')[0]
                module = one.name if one.asname else name
                scope.owner(name).bind(name, ('import', module, None), node.lineno)
                self.taken.append((one, name, scope))
        elif isinstance(node, ast.ImportFrom):
            source = '.' * node.level + (node.module or '')
            for one in node.names:
                if one.name == '*':
                    self.stars = max(self.stars, node.lineno)
                else:
                    self.taken.append((one, one.asname or one.name, scope))
                    scope.owner(one.asname or one.name).bind(one.asname or one.name, ('import', source, one.name), node.lineno)
        elif isinstance(node, ast.ExceptHandler) and node.name:
            scope.owner(node.name).bind(node.name, ('value', None, scope))
        elif isinstance(node, (ast.MatchAs, ast.MatchStar)) and node.name:
            scope.owner(node.name).bind(node.name, ('value', None, scope))

    def said(self, node):
        return ast.unparse(node.func if isinstance(node, ast.Call) else node)


class Program:
    """All modules, and what names in them lead to."""

    def __init__(self, texts):
        self.modules = {}
        self.skipped = []
        self.asking = []
        for doc, text in sorted(texts.items()):
            try:
                self.modules[doc] = Module(doc, text, self)
            except SyntaxError:
                self.skipped.append(doc)
        self.classes = [c for m in self.modules.values() for c in m.classes.values()]
        for cls in self.classes:
            for base in self.bases(cls):
                if base:
                    base.subs.append(cls)
        for module in self.modules.values():
            for node, scope in module.stores:
                if isinstance(node, ast.Attribute):
                    found = self.value(module, node.value, scope)
                    if found and found[0] == 'module':
                        found[1].patched.add(node.attr)
                    elif found and found[0] in ('class', 'inst', 'any', 'cls'):
                        found[1].patched.add(self.mangled(node.attr, scope))

    def find(self, module, source):
        if source.startswith('.'):
            level = len(source) - len(source.lstrip('.'))
            base = module.package()
            if level - 1 > len(base):
                return None
            names = base[:len(base) - level + 1] + [n for n in source.lstrip('.').split('.') if n]
        else:
            names = source.split('.')
        path = '/'.join(names)
        return self.modules.get(f'{path}/__init__.py' if path else '__init__.py') or self.modules.get(f'{path}.py')

    def bases(self, cls):
        found = []
        for base in cls.node.bases:
            if isinstance(base, ast.Subscript):
                base = base.value
            if isinstance(base, ast.Name) and base.id == 'object':
                continue
            value = self.value(cls.module, base, cls.scope)
            found.append(value[1] if value and value[0] == 'class' else None)
        return found

    def order(self, cls, seen=()):
        """The linearization C3, with None for what is not known; None where there is none."""
        if cls in seen:
            return None
        bases = self.bases(cls)
        lists = []
        for base in bases:
            one = [object()] if base is None else self.order(base, seen + (cls,))
            if one is None:
                return None
            lists.append(list(one))
        lists.append([one[0] for one in lists])
        found = [cls]
        while any(lists):
            lists = [one for one in lists if one]
            for one in lists:
                if not any(one[0] in other[1:] for other in lists):
                    break
            else:
                return None
            head = one[0]
            found.append(head)
            lists = [[x for x in other if x is not head] for other in lists]
        return found

    def heirs(self, cls):
        found, todo = [], list(cls.subs)
        while todo:
            one = todo.pop()
            if one not in found:
                found.append(one)
                todo += one.subs
        return found

    def member(self, cls, name, after=None):
        """What a class has under a name, or False where that may be anything."""
        order = self.order(cls)
        if order is None:
            return False
        if after is not None:
            if after not in order:
                return False
            order = order[order.index(after) + 1:]
        for one in order:
            if not isinstance(one, Cls):
                return False
            if name in one.patched:
                return False
            if one.members(name):
                return (one, one.members(name))
        return None

    def chosen(self, cls, name, exact, after=None):
        found = self.member(cls, name, after)
        if not found:
            return None
        if not exact or after:
            if not self.is_private(name):
                for heir in self.heirs(cls):
                    if self.member(heir, name, after) != found:
                        return None
        owner, bindings = found
        return self.bound(owner.module, owner.body, name, bindings)

    @staticmethod
    def is_private(_name):
        return False

    @staticmethod
    def mangled(name, scope):
        if not name.startswith('__') or name.endswith('__'):
            return name
        at = scope
        while at is not None and at.cls is None:
            at = at.parent
        return name if at is None or not at.cls.node.name.strip('_') else f'_{at.cls.node.name.lstrip("_")}{name}'

    def bound(self, module, scope, name, bindings=None):
        """What a name that is bound once leads to."""
        bindings = scope.bindings.get(name) if bindings is None else bindings
        if not bindings:
            return None
        if scope is module.scope and (module.dynamic or scope.lines[name] < module.stars or name in module.patched):
            return None
        if any(one != bindings[0] for one in bindings[1:]) or (len(bindings) > 1 and bindings[0][0] != 'import'):
            return None
        one = bindings[0]
        if one[0] == 'func':
            return ('func', Func(module, one[1], one[2])) if self.is_plain(one[1]) else None
        if one[0] == 'class':
            return ('class', one[1]) if self.is_plain(one[1].node) else None
        if one[0] == 'self':
            return ('any', one[1])
        if one[0] == 'cls':
            return ('cls', one[1])
        if one[0] == 'import':
            target = self.find(module, one[1])
            if target is None:
                return None
            return ('module', target) if one[2] is None else self.attribute(target, one[2])
        if one[1] is None:
            return None
        if isinstance(one[1], ast.Lambda):
            return ('func', Func(module, one[3], one[2]))
        value = self.value(module, one[1], one[2], depth=1)
        return value if value is None or scope.table.get_type() not in ('module', 'class') else ('alias', value, f'{module.doc}:{one[3].lineno}')

    def attribute(self, target, name):
        if (target, name) in self.asking:
            return None  # Names that lead to each other lead nowhere.
        self.asking.append((target, name))
        try:
            return self.reached_within(target, name)
        finally:
            self.asking.pop()

    def reached_within(self, target, name):
        if name in target.scope.bindings:
            package = target.doc.endswith('/__init__.py') and self.find(target, f'.{name}')
            found = self.bound(target, target.scope, name)
            return None if package and not (found and found == ('module', package)) else found
        if target.stars:
            return None
        if target.doc.endswith('/__init__.py') or target.doc == '__init__.py':
            inner = self.find(target, f'.{name}')
            return ('module', inner) if inner else None
        return None

    @staticmethod
    def is_plain(node):
        said = [ast.unparse(d.func if isinstance(d, ast.Call) else d).split('.')[-1] for d in node.decorator_list]
        return all(one in PLAIN for one in said)

    def value(self, module, node, scope, depth=0):
        if depth > 20:
            return None
        if isinstance(node, ast.Name):
            owner = scope.owner(node.id)
            if not owner.bindings.get(node.id):
                return None
            if getattr(owner, 'asking', None) == node.id:
                return None
            owner.asking = node.id
            try:
                found = self.bound(module, owner, node.id)
            finally:
                owner.asking = None
            return found[1] if found and found[0] == 'alias' else found
        if isinstance(node, ast.NamedExpr):
            return self.value(module, node.value, scope, depth + 1)
        if isinstance(node, ast.Attribute):
            found = self.reached(module, node, scope, depth)
            return found[1] if found and found[0] == 'alias' else found
        if isinstance(node, ast.Call):
            made = self.value(module, node.func, scope, depth + 1)
            return ('inst', made[1]) if made and made[0] == 'class' else None
        return None

    def reached(self, module, node, scope, depth=0):
        name = self.mangled(node.attr, scope)
        of = node.value
        if isinstance(of, ast.Call) and isinstance(of.func, ast.Name) and of.func.id == 'super' and not of.keywords:
            at = scope
            while at is not None and at.cls is None:
                at = at.parent
            if at is None or (of.args and self.value(module, of.args[0], scope) != ('class', at.cls)):
                return None
            return self.chosen(at.cls, node.attr, False, after=at.cls)
        found = self.value(module, of, scope, depth + 1)
        if found is None:
            return None
        kind, target = found
        if kind == 'module':
            return self.attribute(target, node.attr)
        if kind in ('class', 'inst', 'any', 'cls'):
            if name != node.attr:
                bare = node.attr
                return self.chosen_private(target, bare, name)
            return self.chosen(target, name, kind in ('class', 'inst'))
        return None

    def chosen_private(self, cls, bare, name):
        """A private member is one of the class whose name it is known by."""
        if name in cls.patched:
            return None
        order = self.order(cls)
        for one in order or []:
            if not isinstance(one, Cls):
                return None
            if f'_{one.node.name.lstrip("_")}{bare}' == name and one.members(bare):
                return self.bound(one.module, one.body, bare, one.members(bare))
        return None

    def called(self, module, node, scope):
        """The places that a call leads to."""
        if isinstance(node, ast.Name):
            owner = scope.owner(node.id)
            found = self.bound(module, owner, node.id) if owner.bindings.get(node.id) else None
        elif isinstance(node, ast.Attribute):
            found = self.reached(module, node, scope)
        else:
            return []
        places = []
        while found and found[0] == 'alias':
            places.append(found[2])
            found = found[1]
        if found is None or found[0] not in ('func', 'class', 'inst', 'any'):
            return []
        kind, target = found
        if kind in ('inst', 'any'):
            made = self.chosen(target, '__call__', kind == 'inst')
            return [made[1].place()] if made and made[0] == 'func' else []
        places.append(target.place())
        if kind == 'class':
            made = self.chosen(target, '__init__', True)
            if made and made[0] == 'func':
                places.append(made[1].place())
        return places

    def written(self, module, node, scope):
        """The variable of a module that a store changes."""
        root, steps = node, []
        while isinstance(root, (ast.Attribute, ast.Subscript)):
            steps.append(root)
            root = root.value
        if not isinstance(root, ast.Name):
            return None
        owner = scope.owner(root.id)
        if owner is not module.scope or not owner.bindings.get(root.id):
            return None
        bindings = owner.bindings[root.id]
        if all(one[0] == 'import' for one in bindings):
            if any(one != bindings[0] for one in bindings):
                return None
            return self.imported(module, bindings[0], list(reversed(steps)))
        own = [one for one in bindings if one[0] != 'import']
        if any(one[0] == 'import' for one in bindings) or (own[0][0] == 'value' and len(own[0]) < 4):
            return None
        return self.place(module, own)

    def imported(self, module, binding, steps):
        target = self.find(module, binding[1])
        if target is None:
            return None
        names = [binding[2]] if binding[2] else []
        while True:
            if not names:
                if not steps or not isinstance(steps[0], ast.Attribute):
                    return None
                names = [steps.pop(0).attr]
            name = names.pop()
            if name not in target.scope.bindings:
                inner = self.find(target, f'.{name}') if target.doc.endswith('__init__.py') else None
                if inner is None:
                    return None
                target = inner
                continue
            bindings = target.scope.bindings[name]
            if any(one[0] == 'import' for one in bindings):
                if any(one != bindings[0] for one in bindings):
                    return None
                inner = self.find(target, bindings[0][1])
                if inner is None:
                    return None
                target = inner
                names = [bindings[0][2]] if bindings[0][2] else []
                continue
            return None if target.stars or target.dynamic else self.place(target, bindings)

    @staticmethod
    def place(module, bindings):
        if bindings[0][0] == 'func':
            return f'{module.doc}:{bindings[0][1].lineno}'
        if bindings[0][0] == 'class':
            return bindings[0][1].place()
        top = [one for one in bindings if one[0] == 'value' and len(one) > 3 and one[2] is module.scope]
        return f'{module.doc}:{(top or [one for one in bindings if len(one) > 3])[0][3].lineno}'

    def facts(self):
        calls, writes = [], []
        for module in self.modules.values():
            for node, _call, scope in module.calls:
                text = ''.join((ast.get_source_segment(module.text, node) or '').split())
                for to in self.called(module, node, scope):
                    calls.append([module.doc, node.lineno, text, to])
            for node, scope in module.stores:
                at = scope
                while at is not None and at.table.get_type() != 'function':
                    at = at.parent
                if at is None or (isinstance(node, ast.Name) and scope.owner(node.id) is not module.scope):
                    continue
                to = self.written(module, node, scope)
                if to:
                    text = ''.join((ast.get_source_segment(module.text, node) or '').split())
                    writes.append([module.doc, node.lineno, text, to])
            for node, name, scope in module.taken:
                own = [one for one in module.scope.bindings.get(name, ()) if one[0] == 'value' and len(one) > 3]
                if own and scope.table.get_type() == 'function' and scope.owner(name) is module.scope:
                    text = ''.join((ast.get_source_segment(module.text, node) or '').split())
                    writes.append([module.doc, node.lineno, text, self.place(module, own)])
        return {'calls': unique(calls), 'writes': unique(writes), 'skipped': self.skipped}


def unique(rows):
    return [list(one) for one in sorted({tuple(row) for row in rows})]


def main():
    texts = {}
    if len(sys.argv) > 1:
        for folder, _dirs, files in os.walk(sys.argv[1]):
            for name in files:
                if name.endswith('.py'):
                    path = os.path.join(folder, name)
                    with io.open(path, encoding='utf-8', errors='replace', newline='') as file:
                        texts[os.path.relpath(path, sys.argv[1])] = file.read().replace('\r\n', '\n')
        print(json.dumps(Program(texts).facts()))
        return
    with zipfile.ZipFile(ZIP) as stdlib:
        for name in stdlib.namelist():
            if name.endswith('.py') and name.startswith(PARTS):
                texts[name] = stdlib.read(name).decode()
    facts = Program(texts).facts()
    files = sorted(set(texts) - set(facts['skipped']))
    told = json.dumps({'files': files, 'calls': facts['calls'], 'writes': facts['writes']})
    with open(OUT, 'wb') as file:
        file.write(gzip.compress(told.encode(), mtime=0))
    print(len(texts), len(facts['calls']), len(facts['writes']), facts['skipped'])


main()

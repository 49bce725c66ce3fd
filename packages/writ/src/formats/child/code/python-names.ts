/** Names that Python has without an import. */
export const BUILTINS: ReadonlySet<string> = new Set(
  `abs aiter all anext any ascii bin bool breakpoint bytearray bytes callable chr classmethod compile complex copyright credits delattr dict dir
  divmod enumerate eval exec exit filter float format frozenset getattr globals hasattr hash help hex id input int isinstance issubclass iter
  len license list locals map max memoryview min next object oct open ord pow print property quit range repr reversed round set setattr slice
  sorted staticmethod str sum super tuple type vars zip __import__ __build_class__ __name__ __file__ __doc__ __spec__ __loader__ __package__
  __path__ __debug__ None True False Ellipsis NotImplemented`.split(/\s+/),
)

/** Whether a name is one of Python's own: of those of exceptions, any that ends as they do. */
export function isBuiltin(name: string): boolean {
  return BUILTINS.has(name) || /^[A-Z]\w*(Error|Warning|Exception|Exit|Interrupt|Iteration|Group)$/.test(name)
}

/** Methods of lists, dictionaries, sets and deques that change them. */
export const MUTATORS: ReadonlySet<string> = new Set(
  `append appendleft extend extendleft insert remove pop popleft popitem clear sort reverse rotate update setdefault add discard subtract
  difference_update intersection_update symmetric_difference_update __setitem__ __delitem__ move_to_end`.split(
    /\s+/,
  ),
)

/** Decorators after which a name still calls the function that it is written before. */
export const TRANSPARENT: ReadonlySet<string> = new Set(
  `staticmethod classmethod abc.abstractmethod abc.abstractclassmethod abc.abstractstaticmethod contextlib.contextmanager
  contextlib.asynccontextmanager functools.lru_cache functools.cache functools.wraps functools.total_ordering dataclasses.dataclass typing.final
  typing.override typing.no_type_check typing.runtime_checkable enum.unique types.coroutine`.split(/\s+/),
)

/** Decorators after which a name is read as a value. */
export const PROPERTIES: ReadonlySet<string> = new Set([
  'property',
  'functools.cached_property',
  'abc.abstractproperty',
  'enum.property',
])

/** Functions that give a method the class as its first parameter without being told to. */
export const CLASS_METHODS: ReadonlySet<string> = new Set([
  '__new__',
  '__init_subclass__',
  '__class_getitem__',
])

/** What literals make. */
export const LITERALS: Readonly<Record<string, string>> = {
  list: 'list',
  list_comprehension: 'list',
  dictionary: 'dict',
  dictionary_comprehension: 'dict',
  set: 'set',
  set_comprehension: 'set',
  tuple: 'tuple',
  string: 'str',
  concatenated_string: 'str',
  integer: 'int',
  float: 'float',
}

import { readFileSync } from 'node:fs'

/** The guest's modules, each after those it needs. */
const MODULES = ['wire', 'platform', 'names', 'cells']

/** Modules that models use most: they are there before a cell imports them. */
export const PRELOADED: readonly string[] = [
  'argparse',
  'asyncio',
  'base64',
  'bisect',
  'calendar',
  'collections',
  'concurrent.futures',
  'copy',
  'csv',
  'dataclasses',
  'datetime',
  'decimal',
  'difflib',
  'enum',
  'fractions',
  'functools',
  'hashlib',
  'heapq',
  'html',
  'io',
  'itertools',
  'json',
  'math',
  'operator',
  'pathlib',
  'pprint',
  'random',
  're',
  'secrets',
  'statistics',
  'string',
  'textwrap',
  'time',
  'typing',
  'unicodedata',
  'urllib.parse',
  'uuid',
  'zlib',
]

/** The guest's modules by name: their sources, in the order in which they are made. */
export function guestSources(): Readonly<Record<string, string>> {
  return Object.fromEntries(MODULES.map((name) => [name, read(name)]))
}

/** The code that makes modules of them. */
export const guestLoader = (): string => read('load')

/** The code that unpacks wheels: part of an interpreter only where there are any. */
export const installer = (): string => read('packages')

const read = (name: string): string => readFileSync(new URL(`./guest/${name}.py`, import.meta.url), 'utf8')

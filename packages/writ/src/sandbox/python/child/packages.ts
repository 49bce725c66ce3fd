import { installer } from '../guest-sources.ts'

/** A wheel as it is given to an interpreter. */
export interface Wheel {
  readonly file: string
  readonly bytes: Uint8Array
}

/** What an interpreter found in its wheels: what each has, in their order, or why one is refused. */
export type Packages = { readonly refused: string } | { readonly found: readonly object[] }

/** What of an engine unpacks wheels. */
interface Unpacking {
  readonly runPython: (code: string) => unknown
  readonly globals: { set(name: string, value: unknown): void; delete(name: string): void }
}

/** Runs within the engine: nothing of it stays but the files and what the standard library has loaded for it. */
const INSTALL = `
import json as _json, types as _types
_unpacking = _types.ModuleType("_unpacking")
exec(compile(_source, "_unpacking", "exec"), _unpacking.__dict__)
try:
    _said = {"found": _unpacking.install(_json.loads(_files), lambda at: _bytes[at].to_bytes())}
except _unpacking.Refused as _refused:
    _said = {"refused": str(_refused)}
_said = _json.dumps(_said)
_said
`

/** Unpacks wheels for the cells of an engine, before there is any code of a guest. */
export function unpackWheels({ runPython, globals }: Unpacking, wheels: readonly Wheel[]): Packages {
  if (wheels.length === 0) return { found: [] }
  globals.set('_source', installer())
  globals.set('_files', JSON.stringify(wheels.map(({ file }) => file)))
  globals.set(
    '_bytes',
    wheels.map(({ bytes }) => new Uint8Array(bytes)), // a Buffer is no array that the engine knows
  )
  const said = String(runPython(INSTALL))
  for (const name of ['_source', '_files', '_bytes', '_json', '_types', '_unpacking', '_said'])
    globals.delete(name)
  return JSON.parse(said) as Packages
}

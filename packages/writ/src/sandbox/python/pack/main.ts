import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { HostWorld } from '../child/host-world.ts'
import { Interpreter } from '../child/interpreter.ts'
import { packedName, packMemory } from '../packed-memory.ts'
import { findPyodide } from '../pyodide-package.ts'
import { pythonAbi } from '../python-abi.ts'

// Run by a build: puts the memory that interpreters begin from into a directory. No guest has a
// part in it, and it is the same that a confined process makes, which a test holds it against.

const [, , directory = ''] = process.argv
const engine = findPyodide()
const name = packedName(pythonAbi(engine))
const path = join(directory, name)
if (!existsSync(path)) {
  const packed = packMemory(engine, await Interpreter.memory(new HostWorld()))
  mkdirSync(directory, { recursive: true })
  for (const old of readdirSync(directory).filter((entry) => entry.endsWith('.zst')))
    rmSync(join(directory, old))
  const draft = `${path}.${process.pid}`
  writeFileSync(draft, packed)
  renameSync(draft, path)
}

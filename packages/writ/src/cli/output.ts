import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { open, realpath, rename, rm, stat } from 'node:fs/promises'
import { WritError } from '@writ/contract'

/** Writes a text piece by piece to a file, whole or not at all, for its owner only; without a path, to stdout. */
export async function writeOutput(text: AsyncIterable<string>, path: string | undefined): Promise<void> {
  if (path === undefined) return await writeStream(text)
  const there = await stat(path).catch(() => undefined)
  if (there?.isDirectory() === true) throw new WritError('USAGE', `${path} is a directory: name a file.`)
  if (there === undefined) return await writeFileWhole(text, path)
  // What a link names is replaced, not the link; a pipe or a device is written to, and stays what it is.
  if (there.isFile()) await writeFileWhole(text, await realpath(path))
  else await writeInto(text, path)
}

async function writeStream(text: AsyncIterable<string>): Promise<void> {
  for await (const piece of text) if (!process.stdout.write(piece)) await once(process.stdout, 'drain')
}

async function writeInto(text: AsyncIterable<string>, path: string): Promise<void> {
  const file = await open(path, 'w').catch((error: unknown) => refuse(path, path, error))
  try {
    for await (const piece of text) await file.write(piece)
  } finally {
    await file.close()
  }
}

async function writeFileWhole(text: AsyncIterable<string>, path: string): Promise<void> {
  const temporary = `${path}.${randomUUID()}.tmp`
  const file = await open(temporary, 'wx', 0o600).catch((error: unknown) => refuse(path, temporary, error))
  try {
    try {
      for await (const piece of text) await file.write(piece)
      await file.sync()
    } finally {
      await file.close()
    }
    await rename(temporary, path)
  } catch (error) {
    await rm(temporary, { force: true })
    throw error
  }
}

function refuse(path: string, opened: string, error: unknown): never {
  const why = error instanceof Error ? error.message.replaceAll(opened, path) : String(error)
  throw new WritError('USAGE', `${path} cannot be written: ${why}`, { cause: error })
}

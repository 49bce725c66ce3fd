import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { open, rename, rm } from 'node:fs/promises'
import { WritError } from '@writ/contract'

/** Writes a text piece by piece to a file, whole or not at all, for its owner only; without a path, to stdout. */
export async function writeOutput(text: AsyncIterable<string>, path: string | undefined): Promise<void> {
  if (path !== undefined) return await writeFileWhole(text, path)
  for await (const piece of text) if (!process.stdout.write(piece)) await once(process.stdout, 'drain')
}

async function writeFileWhole(text: AsyncIterable<string>, path: string): Promise<void> {
  const temporary = `${path}.${randomUUID()}.tmp`
  const file = await open(temporary, 'wx', 0o600).catch((error: unknown) => refuse(path, error))
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

function refuse(path: string, error: unknown): never {
  const why = error instanceof Error ? error.message : String(error)
  throw new WritError('USAGE', `${path} cannot be written: ${why}`, { cause: error })
}

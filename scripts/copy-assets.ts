import { cp, readdir } from 'node:fs/promises'
import { join, resolve } from 'node:path'

/** What the compiler does not carry from src to dist: prompts, the personal policy bundle, guest code. */
export async function copyAssets(folder: string): Promise<void> {
  const from = join(folder, 'src')
  for (const entry of await readdir(from, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile() || !/\.(md|cedar|cedarschema|json|js)$/.test(entry.name)) continue
    const path = join(entry.parentPath, entry.name)
    await cp(path, path.replace(from, join(folder, 'dist')))
  }
}

if (import.meta.main) await copyAssets(resolve(import.meta.dirname, '../packages/writ'))

import { cp, readdir } from 'node:fs/promises'
import { join, resolve } from 'node:path'

// What the compiler does not carry from src to dist: prompts, the personal policy bundle, guest code.

const root = resolve(import.meta.dirname, '..')

for (const folder of ['packages/writ']) {
  const from = join(root, folder, 'src')
  for (const entry of await readdir(from, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile() || !/\.(md|cedar|cedarschema|json|js)$/.test(entry.name)) continue
    const path = join(entry.parentPath, entry.name)
    await cp(path, path.replace(from, join(root, folder, 'dist')))
  }
}

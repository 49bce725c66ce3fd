import { createHash } from 'node:crypto'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { rolldown } from 'rolldown'

// Makes the verifier for browsers: `writ-verify.js`, a module, and `verify.html`, a page that is one file. Neither is
// minified: whoever relies on them can read them.

const root = resolve(import.meta.dirname, '..')
const sources = join(root, 'packages', 'evidence', 'browser')

/** Writes both into a directory. Throws an Error when something of Node would be part of them. */
export async function bundleVerifier(into: string): Promise<void> {
  const verifier = await bundled('writ-verify.ts')
  const html = await page(await bundled('page.ts'))
  await mkdir(into, { recursive: true })
  await writeFile(join(into, 'writ-verify.js'), verifier)
  await writeFile(join(into, 'verify.html'), html)
}

async function bundled(entry: string): Promise<string> {
  const bundle = await rolldown({
    input: join(sources, entry),
    platform: 'browser',
    resolve: { conditionNames: ['@writ/source', 'browser', 'import', 'module', 'default'] },
    // A module that is not found would otherwise stay an import of the bundle.
    onLog: (_level, { message }) => {
      throw new Error(message)
    },
  })
  try {
    const { output } = await bundle.generate({ format: 'es', comments: { legal: true } })
    const [{ code, imports }] = output
    if (output.length > 1 || imports.length > 0) throw new Error(`${entry} needs ${imports.join(', ')}.`)
    return code
  } finally {
    await bundle.close()
  }
}

async function page(code: string): Promise<string> {
  const script = `\n${code.replaceAll('</script', '<\\/script')}`
  const style = `\n${await readFile(join(sources, 'page.css'), 'utf8')}`
  const filled: readonly (readonly [string, string])[] = [
    ['SCRIPT_HASH', policyHash(script)],
    ['STYLE_HASH', policyHash(style)],
    ['/* PAGE_STYLE */', style],
    ['/* PAGE_SCRIPT */', script],
  ]
  const template = await readFile(join(sources, 'verify.html'), 'utf8')
  return filled.reduce((html, [name, value]) => {
    if (html.split(name).length !== 2) throw new Error(`verify.html has to name ${name} once.`)
    return html.replace(name, () => value)
  }, template)
}

/** How a content security policy names inline text. */
function policyHash(text: string): string {
  return `'sha256-${createHash('sha256').update(text).digest('base64')}'`
}

if (import.meta.main) {
  const into = join(root, 'packages', 'evidence', 'dist', 'browser')
  await bundleVerifier(into)
  process.stdout.write(`writ-verify.js and verify.html are in ${into}\n`)
}

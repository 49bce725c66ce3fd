import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { crc32 } from 'node:zlib'
import { expect, test } from 'vitest'
import { withBundle } from './test-bundles.ts'

// Images are made and taken in processes of their own: what Cedar was asked before is part of its memory.

const IMAGE = readFileSync(new URL('./known-personal.image', import.meta.url))
const HEAD = IMAGE.indexOf('\n') + 1
const PAGES = IMAGE.indexOf('\n', HEAD) + 1

test('the image is what reading the built-in bundle leaves today; `npm run known-bundle` makes it anew', async () => {
  await withBundle({}, async (directory) => {
    const made = join(directory, 'made.image')
    run([fileURLToPath(new URL('./write-image.ts', import.meta.url)), made])
    expect(readFileSync(made).equals(IMAGE)).toBe(true)
  })
})

test('only the whole image of this build is taken, and Cedar decides and reads after it', async () => {
  const head = JSON.parse(IMAGE.toString('utf8', HEAD, PAGES)) as object
  const otherHead = Buffer.from(`${JSON.stringify({ ...head, code: '4318628/1' })}\n`)
  const other = Buffer.concat([otherHead, IMAGE.subarray(PAGES)])
  const flipped = (at: number): Buffer => {
    const image = Buffer.from(IMAGE)
    image[at] = (image[at] ?? 0) ^ 1
    return image
  }
  const images: Readonly<Record<string, Buffer>> = {
    'of another build of Cedar': Buffer.concat([Buffer.from(`${crc32(other)}\n`), other]),
    'with a bit that fell over': flipped(PAGES + 1000),
    'with a page at the place of another': flipped(PAGES - 4),
    'that names other texts': flipped(IMAGE.indexOf('forbid')),
    'that is cut': IMAGE.subarray(0, -1),
    'with bytes after its end': Buffer.concat([IMAGE, Buffer.alloc(1)]),
    'that is empty': Buffer.alloc(0),
    'as it was made': IMAGE,
  }
  await withBundle({}, async (directory) => {
    for (const [name, bytes] of Object.entries(images)) await writeFile(join(directory, name), bytes)
    const { taken, denying } = restore(directory, ['that is not there', ...Object.keys(images)])
    expect(taken).toEqual(['as it was made'])
    expect(denying).toEqual({ builtIn: 'forbid.user.inactive', other: 'own.cedar#1' })
  })
})

/** Has Cedar take images in turn, and tells which it took and which policies deny a question then. */
function restore(directory: string, names: readonly string[]): { taken: unknown; denying: unknown } {
  const here = (name: string): string => JSON.stringify(new URL(name, import.meta.url))
  const code = `
    import { pathToFileURL } from 'node:url'
    const { CedarEngine } = await import(${here('./cedar-engine.ts')})
    const { restoreImage } = await import(${here('./engine-image.ts')})
    const { canaryQuestion } = await import(${here('./self-test.ts')})
    const [directory, ...names] = process.argv.slice(1)
    let source
    const taken = names.filter((name) => (source = restoreImage(pathToFileURL(directory + '/' + name))))
    const engine = new CedarEngine(source, { restored: true })
    const policies = [{ name: 'own.cedar', text: 'forbid (principal, action, resource);' }]
    const other = new CedarEngine({ ...source, name: 'other', policies })
    const denying = (by) => by.evaluate(canaryQuestion(engine.vocabulary)).determining.join()
    console.log(JSON.stringify({ taken, denying: { builtIn: denying(engine), other: denying(other) } }))`
  return JSON.parse(run(['--input-type=module', '-e', code, directory, ...names])) as ReturnType<
    typeof restore
  >
}

function run(args: readonly string[]): string {
  const { status, stdout, stderr } = spawnSync(process.execPath, ['--conditions=@writ/source', ...args], {
    encoding: 'utf8',
  })
  if (status !== 0) throw new Error(stderr)
  return stdout
}

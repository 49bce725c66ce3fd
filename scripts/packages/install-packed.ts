import { spawnSync } from 'node:child_process'
import { readdir, readFile, writeFile } from 'node:fs/promises'
import { delimiter, join, resolve } from 'node:path'

// Packs what is published and installs it into a folder, as somebody does who has nothing else.
// `node scripts/packages/install-packed.ts DIR` does it by itself.

const root = resolve(import.meta.dirname, '../..')
const PACKAGES = ['contract', 'evidence', 'writ']

/** Packs every package into the folder, looks at what is in the tarballs, and installs them there. */
export async function installPacked(place: string): Promise<void> {
  const tarballs = await pack(place)
  const types = await versionOf('@types/node')
  const name = 'uses-writ'
  await writeFile(join(place, 'package.json'), JSON.stringify({ name, private: true, type: 'module' }))
  const packed = tarballs.map((tarball) => `./${tarball}`)
  // What an application has besides: the examples use it.
  const besides = await Promise.all(['ai', 'zod'].map(async (dep) => `${dep}@${await versionOf(dep)}`))
  const quiet = ['--no-audit', '--no-fund', '--prefer-offline']
  run(place, 'npm', ['install', ...quiet, ...packed, `@types/node@${types}`, ...besides])
}

/** What a command came to. */
export interface Ended {
  readonly status: number | null
  readonly stdout: string
  readonly stderr: string
}

/** Runs a command with the Node of the checkout, and gives what it prints. Throws with all it said when it fails. */
export function run(cwd: string, command: string, args: readonly string[]): string {
  const { status, stdout, stderr } = ended(cwd, command, args)
  if (status === 0) return stdout
  throw new Error(`${command} ${args.join(' ')} failed:\n${stdout}${stderr}`)
}

/** Runs a command with the Node of the checkout, however it ends. */
export function ended(cwd: string, command: string, args: readonly string[]): Ended {
  const path = [join(root, 'node_modules', '.bin'), process.env.PATH].join(delimiter)
  const env = { ...process.env, PATH: path, HOME: process.env.HOME ?? cwd }
  return spawnSync(command, args, { cwd, env, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] })
}

async function pack(place: string): Promise<string[]> {
  const workspaces = PACKAGES.flatMap((name) => ['-w', `packages/${name}`])
  run(root, 'npm', ['pack', ...workspaces, '--pack-destination', place])
  const tarballs = (await readdir(place)).filter((name) => name.endsWith('.tgz'))
  if (tarballs.length !== PACKAGES.length)
    throw new Error(`there are ${tarballs.length} tarballs: ${tarballs.join(', ')}`)
  for (const tarball of tarballs) {
    const files = run(place, 'tar', ['-tzf', tarball]).split('\n')
    const stray = files.filter((file) => /\.map$|\.test\.|fixture|(^|\/)src\/|\/bundled\//.test(file))
    if (stray.length > 0)
      throw new Error(`${tarball} has files that are for nobody: ${stray.slice(0, 5).join(', ')}`)
    if (!files.includes('package/dist/index.js')) throw new Error(`${tarball} was not built`)
  }
  return tarballs
}

async function versionOf(name: string): Promise<string> {
  const text = await readFile(join(root, 'node_modules', name, 'package.json'), 'utf8')
  return (JSON.parse(text) as { version: string }).version
}

if (import.meta.main) await installPacked(resolve(process.argv[2] ?? '.'))

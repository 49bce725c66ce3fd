import { execFileSync } from 'node:child_process'
import { copyFile, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { delimiter, join, resolve } from 'node:path'
import { isDeepStrictEqual } from 'node:util'

// Packs what is published, installs it into an empty folder, and uses it there as somebody does who has nothing else.

const root = resolve(import.meta.dirname, '..')
const PACKAGES = ['contract', 'evidence', 'writ']

const place = await mkdtemp(join(tmpdir(), 'writ-packages-'))
try {
  const tarballs = await pack()
  await install(tarballs)
  await compile()
  run('the program', process.execPath, ['program.js'])
  useTheCommand()
} finally {
  await rm(place, { recursive: true, force: true })
}

/** Packs as anybody would, and looks at what is in the tarballs. */
async function pack(): Promise<string[]> {
  const workspaces = PACKAGES.flatMap((name) => ['-w', `packages/${name}`])
  run('npm pack', 'npm', ['pack', ...workspaces, '--pack-destination', place], root)
  const tarballs = (await readdir(place)).filter((name) => name.endsWith('.tgz'))
  if (tarballs.length !== PACKAGES.length)
    fail(`there are ${tarballs.length} tarballs: ${tarballs.join(', ')}`)
  for (const tarball of tarballs) {
    const files = run(`the files of ${tarball}`, 'tar', ['-tzf', tarball]).split('\n')
    const stray = files.filter((file) => /\.map$|\.test\.|fixture|(^|\/)src\//.test(file))
    if (stray.length > 0) fail(`${tarball} has files that are for nobody: ${stray.slice(0, 5).join(', ')}`)
    if (!files.includes('package/dist/index.js')) fail(`${tarball} was not built`)
  }
  return tarballs
}

async function install(tarballs: readonly string[]): Promise<void> {
  const types = await versionOf('@types/node')
  const name = 'uses-writ'
  await writeFile(join(place, 'package.json'), JSON.stringify({ name, private: true, type: 'module' }))
  const packed = tarballs.map((tarball) => `./${tarball}`)
  const quiet = ['--no-audit', '--no-fund', '--prefer-offline']
  run('npm install', 'npm', ['install', ...quiet, ...packed, `@types/node@${types}`])
}

async function versionOf(name: string): Promise<string> {
  const { version } = JSON.parse(
    await readFile(join(root, 'node_modules', name, 'package.json'), 'utf8'),
  ) as {
    version: string
  }
  return version
}

/** Every declaration that the program reaches is checked, those of dependencies included. */
async function compile(): Promise<void> {
  await copyFile(join(root, 'scripts', 'packages', 'program.ts'), join(place, 'program.ts'))
  const options = { target: 'es2024', module: 'nodenext', strict: true, skipLibCheck: false, types: ['node'] }
  const config = { compilerOptions: options, files: ['program.ts'] }
  await writeFile(join(place, 'tsconfig.json'), JSON.stringify(config))
  await mkdir(join(place, 'documents'))
  for (let n = 0; n < 3; n += 1)
    await writeFile(
      join(place, 'documents', `${n}.txt`),
      `Deed ${n}.\n${n === 0 ? '' : 'A quitclaim.\n'}`.repeat(200),
    )
  run('the types', join(root, 'node_modules', '.bin', 'tsc'), ['-p', '.'])
}

/** The command, as `npx` finds it in the folder. */
function useTheCommand(): void {
  const question = 'How many documents mention "quitclaim"?'
  const asked = JSON.parse(run('writ ask', 'npx', ['writ', 'ask', question, 'documents', '--json'])) as {
    status: string
    run: string
    answer: string
  }
  if (asked.status !== 'complete' || !asked.answer.includes('2')) fail(`writ ask came to ${asked.answer}`)
  const verdict = JSON.parse(
    run('writ verify', 'npx', ['writ', 'verify', 'last', '--home', '.writ', '--json']),
  ) as {
    ok: boolean
    verdicts: { name: string; result: string }[]
  }
  const replay = verdict.verdicts.find(({ name }) => name === 'REPLAY')
  if (!verdict.ok || !isDeepStrictEqual(replay?.result, 'pass'))
    fail('writ verify refused what writ ask wrote')
  process.stdout.write(`writ ask and writ verify ran: run ${asked.run}\n`)
}

function run(what: string, command: string, args: readonly string[], cwd: string = place): string {
  const path = [join(root, 'node_modules', '.bin'), process.env.PATH].join(delimiter)
  const env = { ...process.env, PATH: path, HOME: process.env.HOME ?? place }
  try {
    return execFileSync(command, args, { cwd, env, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] })
  } catch (error) {
    const { stdout = '', stderr = '' } = error as { stdout?: string; stderr?: string }
    return fail(`${what} failed:\n${stdout}${stderr}`)
  }
}

function fail(message: string): never {
  throw new Error(message)
}

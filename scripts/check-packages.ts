import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { copyFile, cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { createInterface } from 'node:readline'
import { isDeepStrictEqual } from 'node:util'
import { ended, installPacked, run } from './packages/install-packed.ts'

// Packs what is published, installs it into an empty folder, and uses it there as somebody does who has nothing else.

const root = resolve(import.meta.dirname, '..')
const place = await mkdtemp(join(tmpdir(), 'writ-packages-'))
try {
  await installPacked(place)
  await compile()
  run(place, process.execPath, ['program.js'])
  useTheCommand()
  await runTheExamples()
} finally {
  await rm(place, { recursive: true, force: true })
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
  run(place, join(root, 'node_modules', '.bin', 'tsc'), ['-p', '.'])
}

/** The command, as `npx` finds it in the folder. */
function useTheCommand(): void {
  const question = 'How many documents mention "quitclaim"?'
  const asked = JSON.parse(run(place, 'npx', ['writ', 'ask', question, 'documents', '--json'])) as {
    status: string
    run: string
    answer: string
  }
  if (asked.status !== 'complete' || !asked.answer.includes('2'))
    throw new Error(`writ ask came to ${asked.answer}`)
  const verdict = JSON.parse(run(place, 'npx', ['writ', 'verify', 'last', '--home', '.writ', '--json'])) as {
    ok: boolean
    verdicts: { name: string; result: string }[]
  }
  const replay = verdict.verdicts.find(({ name }) => name === 'REPLAY')
  if (!verdict.ok || !isDeepStrictEqual(replay?.result, 'pass'))
    throw new Error('writ verify refused what writ ask wrote')
  process.stdout.write(`writ ask and writ verify ran: run ${asked.run}\n`)
}

/** Each example, over the same scripted model, as its README says. */
async function runTheExamples(): Promise<void> {
  const examples = join(place, 'examples')
  await cp(join(root, 'examples'), examples, { recursive: true })
  const program = join(root, 'scripts', 'packages', 'examples-model.ts')
  const model = spawn(process.execPath, ['--conditions=@writ/source', program], {
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  try {
    const [url] = (await once(createInterface(model.stdout), 'line')) as [string]
    Object.assign(process.env, { WRIT_MODEL: 'any/model', WRIT_BASE_URL: url, WRIT_KEY: 'none' })
    const says = (file: string, args: readonly string[], pattern: RegExp): void => {
      const said = run(examples, process.execPath, [file, ...args])
      if (!pattern.test(said)) throw new Error(`the example ${file} said:\n${said}`)
    }
    says('library.ts', [], /^With thirty days notice\.[\s\S]*^The evidence holds/m)
    says(
      'chat.ts',
      ['How?', 'By whom?'],
      /^Either party\.[\s\S]*^goes on {2}from run \S+: 2 earlier messages/m,
    )
    says(
      'ai-sdk.ts',
      [],
      /^stop: With thirty days[\s\S]*cites lease\.txt[\s\S]*… run [\s\S]*^Either party\./m,
    )
    says('script.ts', ['end'], /^3 model calls, 3 at most[\s\S]*'lease\.txt' +│ 'Thirty days\.'/m)
    says('table.ts', [], /^lease\.txt: ends on no fixed day, days of notice: 30\nloan\.txt: ends 2027-06-30/m)
    evaluate(examples)
  } finally {
    model.stdin.end()
  }
  process.stdout.write('the examples ran\n')
}

/** `writ eval` by the built-in model, which judges nothing and so misses the threshold: the table, and the exit code for it. */
function evaluate(examples: string): void {
  const asked = ['eval', 'questions.jsonl', '--context', 'documents', '--fail-under', 'accuracy=0.9']
  const { status, stdout, stderr } = ended(examples, 'npx', ['writ', ...asked])
  if (status === 7 && /^auto +builtin\/extractive +recurse +0\.667 /m.test(stdout)) return
  throw new Error(`writ eval ended with ${status}:\n${stdout}${stderr}`)
}

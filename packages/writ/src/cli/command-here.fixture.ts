import { Readable } from 'node:stream'
import type { Ended } from './command.fixture.ts'
import { runCommandLine } from './command-line.ts'

// The command in the tests' own process, which spares each the start of one. For tests only.

let last: Promise<unknown> = Promise.resolve()

/** Runs the command as `startCommand` does, in a directory that is also its HOME. One runs at a time: the next waits. */
export function runCommand(
  directory: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
  input?: string,
): Promise<Ended> {
  const ended = last.then(() => run(directory, args, env, input))
  last = ended.catch(() => undefined)
  return ended
}

async function run(
  directory: string,
  args: readonly string[],
  env: Readonly<Record<string, string>>,
  input: string | undefined,
): Promise<Ended> {
  const started = performance.now()
  const [out, err] = [new Written(process.stdout), new Written(process.stderr)]
  const before = { directory: process.cwd(), env: { ...process.env }, stdin: process.stdin }
  const { PATH = '', TMPDIR = '' } = process.env
  process.chdir(directory)
  setEnvironment({ PATH, TMPDIR, HOME: directory, ...env })
  setStdin(Readable.from(input === undefined ? [] : [input]))
  try {
    const code = await runCommandLine(args)
    return { code, out: out.text, err: err.text, tookMs: performance.now() - started }
  } finally {
    out.restore()
    err.restore()
    setStdin(before.stdin)
    setEnvironment(before.env)
    process.chdir(before.directory)
  }
}

/** What is written to a stream from now on, in its place. */
class Written {
  text = ''
  readonly restore: () => void

  constructor(stream: NodeJS.WriteStream) {
    const write = stream.write.bind(stream)
    stream.write = (chunk: string | Uint8Array, ...rest: unknown[]) => {
      this.text += typeof chunk === 'string' ? chunk : Buffer.from(chunk).toString()
      const done = rest.find((argument) => typeof argument === 'function')
      if (done !== undefined) queueMicrotask(done as () => void)
      return true
    }
    this.restore = () => {
      stream.write = write
    }
  }
}

/** Changes the environment of the process, not the object: the system reads it too. */
function setEnvironment(env: Readonly<Record<string, string | undefined>>): void {
  for (const name of Object.keys(process.env)) delete process.env[name]
  Object.assign(process.env, env)
}

function setStdin(stdin: Readable): void {
  Object.defineProperty(process, 'stdin', { value: stdin, configurable: true })
}

import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Script, type Simulator, startSimulator } from '@writ/simulator'
import { afterEach, beforeEach } from 'vitest'
import { type Ended, type How, startCommand } from './command.fixture.ts'

// The command in a directory with two documents, made before each test and gone after it. For tests only.

export interface InDocuments {
  /** The directory; the documents are in its `docs`. */
  place: string
  /** The server of the model that follows a script. */
  simulator: Simulator | undefined
  /** Runs the command there; it is the home of the user too. */
  readonly writ: (args: readonly string[], how?: How & { readonly cwd?: string }) => Promise<Ended>
  /** The flags of a model that follows a script. */
  readonly scripted: (script: Script) => Promise<string[]>
}

/** For the tests of the file that calls it. */
export function inDocuments(): InDocuments {
  const here: InDocuments = {
    place: '',
    simulator: undefined,
    writ: (args, { cwd = here.place, ...how } = {}) => startCommand(cwd, args, { ...how, home: here.place }),
    scripted: async (script) => {
      const simulator = await startSimulator({ script })
      here.simulator = simulator
      return ['--model', 'any/model', '--base-url', simulator.url, '--strategy', 'recurse']
    },
  }

  beforeEach(async () => {
    here.place = await mkdtemp(join(tmpdir(), 'writ-cli-'))
    await mkdir(join(here.place, 'docs'))
    await writeFile(join(here.place, 'docs', 'a.txt'), 'Alpha mentions a patent.\n'.repeat(300))
    await writeFile(join(here.place, 'docs', 'b.txt'), 'Beta mentions nothing of the kind.\n'.repeat(300))
  })

  afterEach(async () => {
    await here.simulator?.stop()
    here.simulator = undefined
    await rm(here.place, { recursive: true, force: true })
  })

  return here
}

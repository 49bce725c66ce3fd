import { defined } from '@writ/contract'
import type { Command } from 'commander'
import { initWitness, startWitness } from '../index.ts'
import { repeated, wholeNumber } from './parse-option.ts'
import type { Running } from './running.ts'

interface ServeFlags {
  readonly dir: string
  readonly port: number
  readonly host?: string
  readonly log?: readonly string[]
}

/** The commands of a witness: another party that sees that a log only grows. */
export function addWitness(writ: Command, running: Running): void {
  const witness = writ.command('witness').description('cosign the checkpoints of logs (C2SP tlog-witness)')
  witness
    .command('init')
    .description('make the key of a witness and print its verifier key')
    .requiredOption('--dir <state>', 'directory of the witness')
    .requiredOption('--name <name>', 'name of its key in cosignatures, such as example.com/witness')
    .action(running(init))
  witness
    .command('serve')
    .description('serve a witness until it is interrupted')
    .requiredOption('--dir <state>', 'directory of the witness')
    .requiredOption('--port <n>', 'port; 0 for any', wholeNumber('--port', 0))
    .option('--host <host>', 'address to listen on (default 127.0.0.1)')
    .option('--log <origin=key>', 'a log to watch, as `writ log show` prints it; repeatable', repeated)
    .action(running(serve))
}

async function init(flags: { readonly dir: string; readonly name: string }): Promise<number> {
  process.stdout.write(`${initWitness(flags.dir, flags.name)}\n`)
  return await Promise.resolve(0)
}

async function serve({ dir, port, host, log = [] }: ServeFlags): Promise<number> {
  const server = await startWitness({
    directory: dir,
    logs: log,
    port,
    ...defined({ host }),
  })
  process.stdout.write(`${server.verifierKey}\n${server.url}\n`)
  await new Promise<void>((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => resolve())
  })
  await server.close()
  return 0
}

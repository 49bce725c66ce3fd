import { WritError } from '@writ/contract'
import { ED25519_NOTE, parseVerifierKey } from '@writ/evidence'
import {
  createCosigner,
  openCosigner,
  serveWitness,
  type WatchedLog,
  Witness,
  type WitnessServer,
} from '../witness/index.ts'

/** Makes a witness in a directory; gives its verifier key. Throws `USAGE`. */
export function initWitness(directory: string, name: string): string {
  return createCosigner(directory, name).verifierKey
}

/** How a witness is served. */
export interface WitnessOptions {
  /** Its state, from `initWitness`. */
  readonly directory: string
  /** Logs it watches, `<origin>=<verifier key>`; several keys of one origin are all taken. */
  readonly logs: readonly string[]
  /** 0 for any free port. */
  readonly port: number
  readonly host?: string
}

/** Serves a witness until it is closed. Rejects with `USAGE` or `KEY_UNAVAILABLE`. */
export async function startWitness(
  options: WitnessOptions,
): Promise<WitnessServer & { readonly verifierKey: string }> {
  const { directory, port, host = '127.0.0.1' } = options
  const logs = watched(options.logs)
  const cosigner = openCosigner(directory)
  const witness = new Witness(directory, cosigner, logs, () => Date.now())
  const server = await serveWitness(witness, port, host)
  return {
    url: server.url,
    verifierKey: cosigner.verifierKey,
    close: async () => {
      await server.close()
      witness.close()
    },
  }
}

function watched(given: readonly string[]): readonly WatchedLog[] {
  const logs = new Map<string, WatchedLog>()
  for (const text of given) {
    const split = text.indexOf('=')
    const origin = text.slice(0, Math.max(split, 0))
    const key = parseVerifierKey(text.slice(split + 1))
    if (origin === '' || key?.type !== ED25519_NOTE) {
      throw new WritError(
        'USAGE',
        `'${text}' is no log: write <origin>=<verifier key>, as 'writ log show' prints it.`,
      )
    }
    logs.set(origin, { origin, keys: [...(logs.get(origin)?.keys ?? []), key] })
  }
  if (logs.size === 0) throw new WritError('USAGE', 'A witness needs a log to watch: give --log.')
  return [...logs.values()]
}

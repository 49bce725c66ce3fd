import { userInfo } from 'node:os'
import { join } from 'node:path'
import {
  defined,
  type Ledger,
  type Library,
  type Signer,
  type TransparencyLog,
  WritError,
} from '@writ/contract'
import { openParser } from '../formats/index.ts'
import { openLedger, openSigner } from '../ledger/index.ts'
import { openLibrary } from '../memory/index.ts'
import { openDecisionPoint, type PolicyPoint } from '../policy/index.ts'
import { SandboxPool } from '../sandbox/index.ts'
import { openTransparencyLog } from '../transparency/index.ts'

/** The services of a home. Each is opened when it is first needed, and everything done in the home shares it. */
export interface HomeServices {
  /** Absolute path of the home. */
  readonly home: string
  readonly ledger: () => Promise<Ledger>
  readonly library: () => Promise<Library>
  /** The policy in force. */
  readonly policy: () => Promise<PolicyPoint>
  /** Opens another bundle; the built-in one for null. Whoever asks closes it. */
  readonly openPolicy: (directory: string | null) => Promise<PolicyPoint>
  readonly signer: () => Promise<Signer>
  readonly log: () => Promise<TransparencyLog>
  readonly sandboxes: SandboxPool
  /** Closes what is open, for good. */
  close(): Promise<void>
}

/** Gives the services of a home; none is opened yet. From its close on, each rejects with `USAGE`. */
export function homeServices(
  home: string,
  policy: string | undefined,
  pythonPackages?: string,
): HomeServices {
  const closers = new Set<() => Promise<void>>()
  let closing: Promise<void> | undefined
  const once = <T>(open: () => Promise<T>, close: (service: T) => Promise<void>): (() => Promise<T>) => {
    let service: Promise<T> | undefined
    return () => {
      if (closing !== undefined) return Promise.reject(alreadyClosed(home))
      if (service === undefined) {
        const opening = open()
        const closer = (): Promise<void> => opening.then(close, () => undefined)
        service = opening
        closers.add(closer)
        // What could not be opened is tried again: its keeper may have put it right.
        opening.catch(() => {
          service = undefined
          closers.delete(closer)
        })
      }
      return service
    }
  }
  const closeIt = (service: { close(): Promise<void> }): Promise<void> => service.close()
  const openPolicy = (bundleDir: string | null): Promise<PolicyPoint> =>
    openDecisionPoint({ osUser: userInfo().username, ...(bundleDir === null ? {} : { bundleDir }) })
  const signer = once(
    () => openSigner(home),
    () => Promise.resolve(),
  )
  const sandboxes = new SandboxPool({
    kept: join(home, 'python-packages'),
    ...defined({ directory: pythonPackages }),
  })
  const parser = openParser()
  return {
    home,
    ledger: once(() => openLedger(home), closeIt),
    library: once(
      () =>
        openLibrary(home, {
          parse: (file) => parser.parse(file),
          readCode: (source) => parser.readCode(source),
        }),
      closeIt,
    ),
    policy: once(() => openPolicy(policy ?? null), closeIt),
    openPolicy,
    signer,
    log: once(async () => openTransparencyLog(home, await signer()), closeIt),
    sandboxes,
    close: async () => {
      closing ??= closeAll([() => sandboxes.close(), () => parser.close(), ...closers])
      await closing
    },
  }
}

async function closeAll(closers: readonly (() => Promise<void>)[]): Promise<void> {
  await Promise.all(closers.map((close) => close()))
}

function alreadyClosed(home: string): WritError {
  const next = 'Make another Writ of this home.'
  return new WritError('USAGE', `The Writ of ${home} is closed.`, { next })
}

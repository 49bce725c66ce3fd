import { existsSync, statSync } from 'node:fs'
import type { PublicKey, Role, Signer, TrustRoot } from '@writ/contract'
import { WritError } from '@writ/contract'
import { isValidAt } from '@writ/evidence'
import { writeOnce } from '../../disk/durable-file.ts'
import { type Home, prepareHome } from '../home.ts'
import { FileKey } from './key-file.ts'
import { firstPath, keyInCharge, OWN_ROLES, readKeyOf, whyNot } from './key-in-charge.ts'
import { formatTrustRoot, readTrustRoot } from './trust-root.ts'

/** Which key signs for a role of which a home may hold several, by name or by the beginning of its identifier. */
export type ChosenKeys = Partial<Readonly<Record<Role, string>>>

/**
 * Opens the file keys of a home directory, which its `trust.json` pins. On first use of the home makes both: a `log` and an
 * `operator` key, and the trust root. Keys of other roles are there when somebody made them.
 *
 * Rejects with `HOME_UNUSABLE`, with `KEY_UNAVAILABLE` when the key in charge of `log` or `operator` is missing, unsafe,
 * unreadable, not the one pinned, ended or revoked, and with `BAD_TRUST_ROOT`. An existing key or trust root is never
 * replaced.
 */
export async function openSigner(home: string, chosen: ChosenKeys = {}): Promise<Signer> {
  const places = prepareHome(home)
  makeFirstKeys(places)
  const signer = new FileSigner(places, chosen)
  for (const role of OWN_ROLES) signer.publicKey(role)
  return signer
}

/**
 * Follows the trust root as it changes: `publicKey` shows the key in charge now, and `sign` signs with the key last
 * shown for the role, as long as its time is not over. So what is signed at once after its key was shown names that key,
 * whatever another process rotates meanwhile.
 */
class FileSigner implements Signer {
  readonly #home: Home
  readonly #chosen: ChosenKeys
  readonly #held = new Map<Role, { readonly key: FileKey; readonly shown: PublicKey }>()
  #root: { readonly version: string; readonly root: TrustRoot } | undefined

  constructor(home: Home, chosen: ChosenKeys) {
    this.#home = home
    this.#chosen = chosen
  }

  publicKey(role: Role): PublicKey {
    const trusted = keyInCharge(this.#home, this.#trust(), role, this.#chosen[role])
    const held = this.#held.get(role)
    if (held?.shown.keyId === trusted.keyId) return held.shown
    const key = readKeyOf(this.#home, trusted)
    const shown = key.shown(role, trusted.name)
    this.#held.set(role, { key, shown })
    return shown
  }

  async sign(role: Role, bytes: Uint8Array): Promise<Uint8Array> {
    if (!this.#held.has(role)) this.publicKey(role)
    const held = this.#held.get(role)
    const trusted = this.#trust().keys.find((one) => one.keyId === held?.shown.keyId && one.role === role)
    if (held === undefined || trusted === undefined) {
      throw new WritError('KEY_UNAVAILABLE', `${this.#home.trust} does not pin the ${role} key any more`)
    }
    if (!isValidAt(trusted, Date.now())) {
      throw new WritError(
        'KEY_UNAVAILABLE',
        `the ${role} key ${trusted.name} ${whyNot(trusted)} (${this.#home.trust})`,
      )
    }
    return held.key.sign(bytes)
  }

  /** The trust root, read again when its file is another. */
  #trust(): TrustRoot {
    const stat = statSync(this.#home.trust, { bigint: true, throwIfNoEntry: false })
    if (stat === undefined) {
      throw new WritError('KEY_UNAVAILABLE', `${this.#home.trust} is missing; it says which keys may sign`)
    }
    const version = `${stat.ino} ${stat.mtimeNs} ${stat.size}`
    if (this.#root?.version !== version) this.#root = { version, root: readTrustRoot(this.#home.trust) }
    return this.#root.root
  }
}

/** Makes the first keys of a home and pins them, or finds those another process made; nothing where there is a trust root. */
export function makeFirstKeys(home: Home): void {
  if (existsSync(home.trust)) return
  const made = OWN_ROLES.map((role) => {
    const key = FileKey.make(firstPath(home, role))
    // Valid from when the key was made: a trust root written again must still cover what it signed before.
    const validFrom = new Date(statSync(key.path).mtimeMs).toISOString()
    return { key, trusted: { ...key.shown(role), validFrom, validUntil: null } }
  })
  const [log, operator] = made
  if (log?.key.keyId === operator?.key.keyId) {
    throw new WritError('KEY_UNAVAILABLE', `${log?.key.path} and ${operator?.key.path} hold the same key`)
  }
  const root: TrustRoot = { schema: 'writ.trust/1', keys: made.map(({ trusted }) => trusted) }
  writeOnce(home.trust, formatTrustRoot(root), 0o644)
}

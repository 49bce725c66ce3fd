import { ROLES, type Role, WritError } from '@writ/contract'
import type { Command } from 'commander'
import { type BundleSignatures, type ListedKey, trustPath } from '../index.ts'
import { homeOf } from './home.ts'
import { inHome } from './in-home.ts'
import { onScreen } from './on-screen.ts'
import { wholeNumber } from './parse-option.ts'
import { printableLine } from './printable.ts'
import type { Running } from './running.ts'

interface Flags {
  readonly home?: string
  readonly json?: boolean
}

/** `writ keys …` and `writ policy …`: the keys of a home, and what they sign beside runs. */
export function addKeys(writ: Command, running: Running): void {
  const keys = writ.command('keys').description('signing keys of this home')
  common(keys.command('ls').description('list the keys of the trust root')).action(
    running(async (flags: Flags) =>
      print(flags, await inHome(flags, (writ) => writ.keys.list()), (listed) => listed.map(keyLine)),
    ),
  )
  common(keys.command('new <role>').description('make a governance, approver or witness key'))
    .option('--name <name>', 'name of the key')
    .action(
      running(async (role: string, flags: Flags & { name?: string }) =>
        print(flags, await inHome(flags, (writ) => writ.keys.create(roleOf(role), flags.name)), (key) => [
          `${key.role} key ${key.name} made: ${key.keyId}`,
        ]),
      ),
    )
  common(keys.command('rotate <role>').description('replace the key of a role; the old one signs no more'))
    .option('--reason <text>', 'kept in the signed statement; name no person', 'scheduled')
    .option('--key <name>', 'which key, where there are several of the role')
    .action(
      running(async (role: string, flags: Flags & { reason: string; key?: string }) =>
        print(flags, await inHome(flags, (writ) => writ.keys.rotate(roleOf(role), flags)), (done) => [
          `${done.role}: ${done.from} → ${done.to}`,
          `statement: ${done.statement}`,
          ...(done.logged
            ? []
            : ['It is not in the log: another key of this home signs nothing. Rotate that one too.']),
          give(flags),
        ]),
      ),
    )
  common(keys.command('revoke <key>').description('revoke a key, by name or beginning of its identifier'))
    .requiredOption('--reason <text>', 'kept in the trust root')
    .option('--at <time>', 'from when its signatures count for nothing (default: now)')
    .action(
      running(async (key: string, flags: Flags & { reason: string; at?: string }) =>
        print(flags, await inHome(flags, (writ) => writ.keys.revoke(key, flags)), (done) => [
          `${done.role} key ${done.name} revoked from ${done.revokedAt ?? ''}`,
          give(flags),
        ]),
      ),
    )
  common(
    keys.command('threshold <role> <n>').description('how many governance or witness keys have to sign'),
  ).action(
    running(async (role: string, n: string, flags: Flags) => {
      if (role !== 'governance' && role !== 'witness')
        throw new WritError('USAGE', `Thresholds are for governance and witness, not '${role}'.`)
      const set = await inHome(flags, (writ) => writ.keys.setThreshold(role, wholeNumber('<n>', 0)(n)))
      const from = set.witnessFrom?.at(-1)
      const asked = role === 'witness' && from !== undefined ? from.count : (set[role] ?? 0)
      const since = role === 'witness' && from !== undefined ? `, for runs opened from ${from.from} on` : ''
      return print(flags, set, () => [`${role}: ${asked === 0 ? 'none' : asked}${since}`, give(flags)])
    }),
  )
  common(
    keys
      .command('trust <file>')
      .description('pin governance, approver and witness keys of another trust root'),
  ).action(
    running(async (file: string, flags: Flags) =>
      print(flags, await inHome(flags, (writ) => writ.keys.trust(file)), (added) =>
        added.map(({ role, name, keyId }) => `${role} key ${name} pinned: ${keyId}`),
      ),
    ),
  )
  addPolicy(writ, running)
}

function addPolicy(writ: Command, running: Running): void {
  const policy = writ.command('policy').description('policy bundles')
  common(policy.command('sign <dir>').description('add a governance signature to a bundle (bundle.dsse)'))
    .option('--key <name>', 'which governance key, where there are several')
    .action(
      running(async (dir: string, flags: Flags & { key?: string }) =>
        print(flags, await inHome(flags, (writ) => writ.bundles.sign(dir, flags.key)), signatureLines),
      ),
    )
  common(policy.command('check <dir>').description('check a bundle and who signed it'))
    .option('--trust <file>', 'trust root (default: that of the home)')
    .action(
      running(async (dir: string, flags: Flags & { trust?: string }) => {
        const found = await inHome(flags, (writ) => writ.bundles.check(dir, flags.trust))
        print(flags, found, signatureLines)
        return found.enough ? 0 : 6
      }),
    )
}

function common(command: Command): Command {
  return command.option('--home <dir>', 'state directory').option('--json', 'print one JSON object')
}

/** What is left to do by hand once the trust root has changed. */
function give(flags: Flags): string {
  return `Give the new ${trustPath(homeOf(flags).home)} to whoever verifies.`
}

function roleOf(text: string): Role {
  const role = ROLES.find((known) => known === text)
  if (role === undefined) throw new WritError('USAGE', `'${text}' is no role; there are ${ROLES.join(', ')}.`)
  return role
}

function keyLine(key: ListedKey): string {
  const span = `${key.validFrom} – ${key.validUntil ?? 'open'}`
  return `${key.role.padEnd(10)}  ${key.name}  ${key.keyId}  ${span}  ${key.state}  ${key.file ?? '(not here)'}`
}

function signatureLines(found: BundleSignatures): readonly string[] {
  const signed = found.signatures.map(
    ({ keyId, name, counts }) =>
      `  ${counts ? 'signed by' : 'does not count:'} ${name ?? 'an unknown key'} ${keyId}`,
  )
  const asked = found.threshold === null ? 'no signature is asked for' : `${found.threshold} must sign`
  return [
    `bundle ${found.name} ${found.hash}`,
    ...signed,
    `${asked}: ${found.enough ? 'enough' : 'not enough'}`,
  ]
}

function print<T>(flags: Flags, value: T, lines: (value: T) => readonly string[]): number {
  const text =
    flags.json === true
      ? JSON.stringify(value)
      : onScreen(lines(value).map(printableLine).join('\n'), process.stdout)
  process.stdout.write(`${text}\n`)
  return 0
}

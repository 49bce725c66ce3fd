import { type GuestContext, HOST_NAMES, type ReplName, type VmOptions } from '@writ/contract'
import { sandboxFailed } from './sandbox-failed.ts'
import type { ProvidedName, VmSetup } from './worker/orders.ts'

type Names = Pick<VmSetup, 'functions' | 'provided'>

/** What makes a VM what it is, whatever its cells are written in. Throws `SANDBOX_FAILED` for a seed that is none. */
export function vmSetup<N extends Names>(options: VmOptions, names: N): Omit<VmSetup, keyof Names> & N {
  const { name, memoryBytes, stackBytes, seed, epochMs, context } = options
  if (!/^[0-9a-f]{64}$/.test(seed)) throw sandboxFailed(`the seed of the VM ${name} is not 32 bytes of hex`)
  return { memoryBytes, stackBytes, seed, epochMs, ...names, contextJson: jsonOf(context) }
}

/** Many VMs are given one context. */
const jsons = new WeakMap<GuestContext, string>()

function jsonOf(context: GuestContext): string {
  const json = jsons.get(context) ?? JSON.stringify(context)
  jsons.set(context, json)
  return json
}

/** A function of the host, by every name it is said by. */
export function hostName(said: string): ProvidedName {
  return { name: said, aliases: HOST_NAMES.find(({ name }) => name === said)?.aliases ?? [] }
}

/** Guest names as they are said; `console.log` comes with `console`. */
export function guestNames(names: readonly ReplName[]): readonly ProvidedName[] {
  return names.map(({ name, aliases }) => ({
    name,
    aliases: aliases.filter((alias) => !alias.includes('.')),
  }))
}

import { type LookupAddress, type LookupAllOptions, lookup } from 'node:dns'
import type { LookupFunction } from 'node:net'
import { isLoopback } from './location.ts'

type FindAll = (
  name: string,
  options: LookupAllOptions,
  give: (error: NodeJS.ErrnoException | null, addresses: LookupAddress[]) => void,
) => void

/**
 * Resolves a name of this machine. A system without an entry for `localhost` asks the network for it, whose answer may be any
 * address: one that is not this machine's own is an `ENOTFOUND`.
 */
export function ownAddress(find: FindAll = lookup): LookupFunction {
  return (name, options, give) =>
    find(name, { ...options, all: true }, (error, addresses) => {
      const fault = error ?? foreign(name, addresses)
      const [first] = fault === undefined ? addresses : []
      if (fault !== undefined || first === undefined) give(fault ?? notFound(`${name} has no address`), [])
      else if (options.all === true) give(null, addresses)
      else give(null, first.address, first.family)
    })
}

function foreign(name: string, addresses: readonly LookupAddress[]): NodeJS.ErrnoException | undefined {
  const elsewhere = addresses.find(({ address }) => !isLoopback(address))
  return elsewhere && notFound(`${name} is ${elsewhere.address} here, which is not this machine`)
}

function notFound(message: string): NodeJS.ErrnoException {
  return Object.assign(new Error(message), { code: 'ENOTFOUND' })
}

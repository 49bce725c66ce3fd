import type { LookupAddress, LookupOptions } from 'node:dns'
import { describe, expect, it } from 'vitest'
import { ownAddress } from './own-address.ts'

type Found = { error: NodeJS.ErrnoException | null; address: string | LookupAddress[] }

/** What a name leads to, by the system or by a network that gives these addresses. */
function lookup(name: string, options: LookupOptions, addresses?: readonly string[]): Promise<Found> {
  const found = addresses?.map((address) => ({ address, family: address.includes(':') ? 6 : 4 }))
  const resolve = found === undefined ? ownAddress() : ownAddress((_name, _all, give) => give(null, found))
  return new Promise((give) => {
    resolve(name, options, (error, address) => give({ error, address }))
  })
}

describe('ownAddress', () => {
  it('gives the addresses of this machine, all or the first', async () => {
    const both = ['::1', '127.0.0.1']
    const { address } = await lookup('localhost', { all: true }, both)
    expect(address).toEqual([
      { address: '::1', family: 6 },
      { address: '127.0.0.1', family: 4 },
    ])
    expect(await lookup('localhost', {}, both)).toEqual({ error: null, address: '::1' })
    expect((await lookup('localhost', {})).address).toMatch(/^(127\.|::1$)/)
  })

  it.each([['10.0.0.1'], ['::1', '93.184.216.34'], ['0.0.0.0'], ['::'], ['::ffff:10.0.0.1'], []])(
    'gives none where the network answers %s',
    async (...addresses) => {
      for (const options of [{ all: true }, {}]) {
        const { error, address } = await lookup('localhost', options, addresses)
        expect(error?.code).toBe('ENOTFOUND')
        expect(address).toEqual([])
      }
    },
  )

  it('gives what went wrong where the name is not found', async () => {
    expect((await lookup('nowhere.invalid', { all: true })).error?.code).toMatch(/^(ENOTFOUND|EAI_AGAIN)$/)
  })
})

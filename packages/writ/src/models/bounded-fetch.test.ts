import { describe, expect, it } from 'vitest'
import { requireOwnAddress } from './bounded-fetch.ts'

const at =
  (...addresses: string[]) =>
  (): Promise<{ address: string }[]> =>
    Promise.resolve(addresses.map((address) => ({ address })))

describe('requireOwnAddress', () => {
  it('accepts addresses of this machine', async () => {
    await expect(requireOwnAddress('localhost', at('::1', '127.0.0.1'))).resolves.toBeUndefined()
    await expect(requireOwnAddress('localhost')).resolves.toBeUndefined()
  })

  it.each([['10.0.0.1'], ['::1', '93.184.216.34'], ['0.0.0.0'], ['::'], ['::ffff:10.0.0.1']])(
    'sends nothing where the network answers %s',
    async (...addresses) => {
      const refused = requireOwnAddress('localhost', at(...addresses))
      await expect(refused).rejects.toMatchObject({
        code: 'ENOTFOUND',
        message: expect.stringMatching(/not this machine/),
      })
    },
  )
})

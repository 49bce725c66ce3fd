import { ROLES, type Signer, WritError } from '@writ/contract'
import { expect, test } from 'vitest'
import { type SignerUnderTest, signerFaults } from './signer-conformance.ts'
import { WordSigner } from './word-signer.fixture.ts'

const good = new WordSigner('conforming')
const subject: SignerUnderTest = { open: async () => good, roles: ROLES, refusing: {}, secrets: [] }
const faultsOf = (
  change: Partial<Signer>,
  more: Partial<SignerUnderTest> = {},
): Promise<readonly string[]> => {
  const signer: Signer = {
    publicKey: change.publicKey ?? ((role) => good.publicKey(role)),
    sign: change.sign ?? ((role, bytes) => good.sign(role, bytes)),
  }
  return signerFaults({ ...subject, open: async () => signer, ...more })
}

test('the signer of the tests conforms', async () => {
  expect(await signerFaults(subject)).toEqual([])
})

test.each<[string, () => Promise<readonly string[]>]>([
  ['signs with another key', () => faultsOf({ sign: (_, bytes) => good.sign('log', bytes) })],
  ['gives a signature of nothing', () => faultsOf({ sign: async () => new Uint8Array(64) })],
  ['one key for two roles', () => faultsOf({ publicKey: () => good.publicKey('log') })],
  ['has a role it should not', () => faultsOf({}, { roles: ['log'] })],
  [
    'refuses in another way',
    () =>
      faultsOf({}, { refusing: { broken: { role: 'log', open: () => Promise.reject(new Error('no')) } } }),
  ],
  [
    'tells a secret in a cause',
    () => {
      const cause = new Error('SECRET')
      const open = (): never => {
        throw new WritError('KEY_UNAVAILABLE', 'no', { cause })
      }
      return faultsOf({}, { refusing: { leak: { role: 'log', open } }, secrets: ['SECRET'] })
    },
  ],
])('a signer that %s does not conform', async (_, faults) => {
  expect(await faults()).not.toEqual([])
})

import type { BundleInfo, Confinement } from '@writ/contract'
import { describe, expect, it } from 'vitest'
import { requireConfinement } from './require-confinement.ts'

const bundle: BundleInfo = { name: 'house', hash: '', files: {} }
const full: Confinement = { level: 'full', layers: [], guestAbi: '' }
const filtered: Confinement = { level: 'filtered', layers: [], guestAbi: '', lack: 'no bubblewrap' }
const reduced: Confinement = { level: 'reduced', layers: [], guestAbi: '', lack: 'no bubblewrap' }

describe('requireConfinement', () => {
  it.each([undefined, 'full', 'filtered', 'reduced'] as const)(
    'is content with full confinement under %s',
    (confinement) => {
      requireConfinement({ bundle, confinement }, full)
    },
  )

  it('is content with less where the bundle says so', () => {
    requireConfinement({ bundle, confinement: 'reduced' }, reduced)
    requireConfinement({ bundle, confinement: 'reduced' }, filtered)
    requireConfinement({ bundle, confinement: 'filtered' }, filtered)
  })

  it.each([
    [undefined, filtered],
    ['full', filtered],
    ['filtered', reduced],
  ] as const)('refuses less than it says: %s', (confinement, here) => {
    expect(() => requireConfinement({ bundle, confinement }, here)).toThrow(`here it is ${here.level}`)
  })

  it.each([undefined, 'full'] as const)('refuses less under %s, and says what is missing', (confinement) => {
    expect(() => requireConfinement({ bundle, confinement }, reduced)).toThrow(
      expect.objectContaining({
        code: 'CONFINEMENT_REDUCED',
        message: expect.stringContaining('no bubblewrap'),
      }),
    )
  })
})

import { expect, test } from 'vitest'
import { formatAddCheckpoint, parseAddCheckpoint } from './add-checkpoint.ts'
import { utf8 } from './encoding.ts'

// The example of C2SP tlog-witness, with the signature of the log that tlog-checkpoint shows.
const EXAMPLE = `old 20852014
PlRNCrwHpqhGrupue0L7gxbjbMiKA9temvuZZDDpkaw=
jrJZDmY8Y7SyJE0MWLpLozkIVMSMZcD5kvuKxPC3swk=
5+pKlUdi2LeF/BcMHBn+Ku6yhPGNCswZZD1X/6QgPd8=
/6WVhPs2CwSsb5rYBH5cjHV/wSmA79abXAwhXw3Kj/0=

example.com/behind-the-sofa
20852163
CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=

— example.com/behind-the-sofa Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=
— example.com/behind-the-sofa opLqBQsREYCgu6xQkYQwJr9fo45a62DN9EdmHXnZdXNqlcVGlCum2Wks+49/V6267UEjw6QUXTS5Rovnzv++qbSzm9Q=
`

test('the published request is read and written again', () => {
  const request = parseAddCheckpoint(utf8(EXAMPLE), 'r')
  expect(request).toMatchObject({ oldSize: 20_852_014, checkpoint: { size: 20_852_163 } })
  expect(request.proof).toHaveLength(4)
  expect(formatAddCheckpoint(request)).toEqual(utf8(EXAMPLE))
})

test.each([
  ['a leading zero', EXAMPLE.replace('old 2', 'old 02')],
  ['no old size', EXAMPLE.replace('old 20852014\n', '')],
  ['two spaces', EXAMPLE.replace('old ', 'old  ')],
  ['a short hash', EXAMPLE.replace('PlRNCrwHpqhGrupue0L7gxbjbMiKA9temvuZZDDpkaw=', 'AAAA')],
  [
    '64 hashes',
    EXAMPLE.replace(/\nP.*\n/, `\n${'PlRNCrwHpqhGrupue0L7gxbjbMiKA9temvuZZDDpkaw=\n'.repeat(61)}`),
  ],
  ['no empty line', EXAMPLE.slice(0, EXAMPLE.indexOf('\n\n'))],
])('a request with %s is refused', (_, text) => {
  expect(() => parseAddCheckpoint(utf8(text), 'r')).toThrow(
    expect.objectContaining({ data: { code: 'NOT_CANONICAL', at: 'r' } }),
  )
})

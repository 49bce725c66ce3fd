import { expect, test } from 'vitest'
import { checkpointText, parseLogCheckpoint, signCheckpoint } from './checkpoint.ts'
import {
  COSIGNATURE,
  cosign,
  cosignedAt,
  cosignedBytes,
  cosignerHash,
  type WitnessKey,
} from './cosignature.ts'
import { base64, fromBase64, fromUtf8, hex, utf8 } from './encoding.ts'
import { formatNote, formatSignature, type NoteSignature, parseNote, parseSignatures } from './note.ts'
import { cosigners } from './quorum.ts'
import { OWNER, WordSigner } from './sample-run.fixture.ts'
import { formatVerifierKey, parseVerifierKey } from './verifier-key.ts'

// The example of C2SP tlog-checkpoint and tlog-cosignature.
const EXAMPLE =
  'example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n\n' +
  '— example.com/behind-the-sofa Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=\n' +
  '— witness.example.com/w1 jWbPPwAAAABkGFDLEZMHwSRaJNiIDoe9DYn/zXcrtPHeolMI5OWXEhZCB9dlrDJsX3b2oyin1nPZqhf5nNo0xUe+mbIUBkBIfZ+qnA==\n'

function witness(word: string): { key: WitnessKey; at(time: number, text: string): Promise<NoteSignature> } {
  const signer = new WordSigner(word)
  const { name, publicKey } = signer.publicKey('witness')
  const key = { name, publicKey: fromBase64(publicKey) ?? new Uint8Array(0) }
  return { key, at: (time, text) => cosign(key, (bytes) => signer.sign('witness', bytes), time, text) }
}

const ANN = witness('ann')
const BO = witness('bo')

async function cosignedNote(...made: readonly NoteSignature[]): Promise<Uint8Array> {
  const note = parseNote(await signCheckpoint(OWNER, 'run-1', 3, new Uint8Array(32)), 'c')
  return formatNote({ ...note, signatures: [...note.signatures, ...made] })
}

test('the published checkpoint with a cosignature is read and written again', () => {
  const checkpoint = parseLogCheckpoint(utf8(EXAMPLE), 'c')
  expect(checkpoint).toMatchObject({ origin: 'example.com/behind-the-sofa', size: 20_852_163 })
  expect(base64(checkpoint.root)).toBe('CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=')
  expect(formatNote(checkpoint.note)).toEqual(utf8(EXAMPLE))
  const [, made] = checkpoint.note.signatures
  expect(made).toMatchObject({ name: 'witness.example.com/w1', keyHash: '8d66cf3f' })
  // The time the specification gives for this cosignature.
  expect(hex(made?.signature.subarray(0, 8) ?? new Uint8Array(0))).toBe(
    (1_679_315_147).toString(16).padStart(16, '0'),
  )
  expect(fromUtf8(cosignedBytes(1_679_315_147, checkpoint.note.text))).toBe(
    'cosignature/v1\ntime 1679315147\nexample.com/behind-the-sofa\n20852163\n' +
      'CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n',
  )
})

test('a cosignature holds for its note, key and time, and nothing else', async () => {
  const text = checkpointText('o', 3, new Uint8Array(32))
  const made = await ANN.at(1_700_000_000, text)
  const note = { text, signatures: [made] }
  expect(cosignedAt(note, made, ANN.key)).toBe(1_700_000_000)
  expect(cosignedAt(note, made, BO.key)).toBeUndefined()
  expect(cosignedAt(note, made, { ...BO.key, name: ANN.key.name })).toBeUndefined()
  expect(
    cosignedAt({ ...note, text: checkpointText('o', 4, new Uint8Array(32)) }, made, ANN.key),
  ).toBeUndefined()
  for (const i of made.signature.keys()) {
    const altered = made.signature.map((byte, j) => (i === j ? byte ^ 1 : byte))
    expect(cosignedAt(note, { ...made, signature: altered }, ANN.key)).toBeUndefined()
  }
  const plain = { ...made, signature: made.signature.subarray(8) }
  expect(cosignedAt(note, plain, ANN.key)).toBeUndefined()
  await expect(ANN.at(0, text)).rejects.toThrow('the time 0')
  await expect(ANN.at(2 ** 53, text)).rejects.toThrow('the time')
})

test('a quorum counts keys, not lines, and ignores strangers', async () => {
  const { text } = parseNote(await cosignedNote(), 'c')
  const [ann, later, bo] = [await ANN.at(5, text), await ANN.at(6, text), await BO.at(7, text)]
  const names = async (known: readonly WitnessKey[], ...made: readonly NoteSignature[]): Promise<string[]> =>
    cosigners(parseNote(await cosignedNote(...made), 'c'), known, 'c').map((one) => one.witness.name)
  expect(await names([ANN.key, BO.key], ann, later)).toEqual([ANN.key.name])
  expect(await names([ANN.key, BO.key], ann, bo)).toEqual([ANN.key.name, BO.key.name])
  expect(await names([ANN.key], ann, bo)).toEqual([ANN.key.name])
  expect(await names([], ann, bo)).toEqual([])
  await expect(
    names([ANN.key, BO.key], { ...ann, signature: later.signature.slice().reverse() }),
  ).rejects.toThrow(expect.objectContaining({ data: { code: 'BAD_COSIGNATURE', at: 'c' } }))
})

test('cosignature lines are read as a witness answers them', async () => {
  const made = await ANN.at(5, 'text\n')
  expect(parseSignatures(formatSignature(made), 'answer')).toEqual([made])
  for (const text of ['', '\n', formatSignature(made).trimEnd(), `${formatSignature(made)}\n`]) {
    expect(() => parseSignatures(text, 'answer')).toThrow('answer')
  }
})

test('a verifier key is one text', () => {
  const published = 'example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k'
  const key = parseVerifierKey(published)
  expect(key).toMatchObject({ name: 'example.com/foo', type: 1 })
  const cosigner = formatVerifierKey({ ...ANN.key, type: COSIGNATURE })
  expect(parseVerifierKey(cosigner)).toEqual({ ...ANN.key, type: COSIGNATURE })
  expect(cosigner.split('+')[1]).toBe(cosignerHash(ANN.key))
  for (const [from, to] of [
    ['530d903a', '530d903b'],
    ['530d903a', '530D903A'],
    ['foo+', 'foo +'],
    ['foo+', 'fo+o+'],
    ['3U2k', '3U2'],
    ['AekyeRrm', 'AekyeRrmAAAA'],
  ] as const) {
    expect(parseVerifierKey(published.replace(from, to))).toBeUndefined()
  }
})

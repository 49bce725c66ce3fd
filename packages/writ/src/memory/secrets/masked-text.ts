import { SecretMasker } from './masker.ts'

/** A short text with the secrets in it overwritten. */
export function maskedText(text: string): string {
  return masked(Buffer.from(text), true).toString()
}

/** The bytes of a document with the secrets in it overwritten, as it is packed. */
export function maskedDocument(text: Buffer): Buffer {
  return masked(text, false)
}

function masked(text: Buffer, everywhere: boolean): Buffer {
  const masker = new SecretMasker(everywhere)
  const pieces: Buffer[] = []
  const take = (piece: Buffer): void => void pieces.push(Buffer.from(piece))
  masker.push(text, take)
  masker.end(take)
  return Buffer.concat(pieces)
}

import { SecretMasker } from './masker.ts'

/** A short text with the secrets in it overwritten. */
export function maskedText(text: string): string {
  const masker = new SecretMasker(true)
  const pieces: Buffer[] = []
  const take = (piece: Buffer): void => void pieces.push(Buffer.from(piece))
  masker.push(Buffer.from(text), take)
  masker.end(take)
  return Buffer.concat(pieces).toString()
}

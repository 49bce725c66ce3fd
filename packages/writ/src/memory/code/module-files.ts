import { posix } from 'node:path'

const ENDINGS = ['.ts', '.tsx', '.mts', '.cts', '.js', '.jsx', '.mjs', '.cjs']

/** Source that stands for what a specifier with the ending of JavaScript names. */
const WRITTEN_AS: Readonly<Record<string, readonly string[]>> = {
  '.js': ['.ts', '.tsx', '.jsx'],
  '.mjs': ['.mts'],
  '.cjs': ['.cts'],
  '.jsx': ['.tsx'],
}

/** The file that a relative specifier names, among those there are; undefined for packages and for what is not there. */
export function fileOf(from: string, specifier: string, has: (doc: string) => boolean): string | undefined {
  if (!/^\.{1,2}(\/|$)/.test(specifier)) return undefined
  const path = posix.join(posix.dirname(from), specifier).replace(/\/$/, '')
  const ending = posix.extname(path)
  const stem = path.slice(0, path.length - ending.length)
  const candidates = [
    path,
    ...(WRITTEN_AS[ending] ?? []).map((one) => stem + one),
    ...ENDINGS.map((one) => path + one),
    ...ENDINGS.map((one) => posix.join(path, `index${one}`)),
  ]
  return candidates.find(has)
}

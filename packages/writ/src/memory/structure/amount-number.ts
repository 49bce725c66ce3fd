/** A decimal number as text, without groups and with a point. */
export type AmountNumber = string

/** A number with its groups and its fraction, however they are set apart. A blank sets groups of three apart. */
export const NUMBER: string =
  "(?:\\d{1,3}(?:[.,'’\\u00a0\\u202f ]\\d{3}(?!\\d)){1,6}(?:[.,]\\d{1,6})?(?!\\d)|\\d{1,3}(?:,\\d{2}){1,5},\\d{3}(?:\\.\\d{1,6})?(?!\\d)|\\d{1,18}(?:[.,]\\d{1,9})?(?!\\d))"

/**
 * What a number may say, with its unit on one side. A blank may set thousands apart, or numbers. One mark with three digits
 * behind it is of thousands or of a fraction; `commaGroups` says that a comma is of thousands.
 */
export function numberReadings(
  written: string,
  unit: 'before' | 'behind',
  commaGroups: boolean,
): AmountNumber[] {
  const parts = written.split(' ')
  const near = unit === 'before' ? parts[0] : parts.at(-1)
  const whole = oneNumber(parts.join(''), commaGroups)
  return near === undefined || parts.length === 1 ? whole : [...whole, ...oneNumber(near, commaGroups)]
}

function oneNumber(written: string, commaGroups: boolean): AmountNumber[] {
  const plain = written.replaceAll(/['’\u00a0\u202f]/g, '')
  const marks = plain.match(/[.,]/g) ?? []
  const [first, ...others] = marks
  if (first === undefined) return [trimmed(plain)]
  const last = marks.at(-1) ?? first
  const grouped = plain !== written
  if (others.length > 0) {
    const mixed = last !== first
    // The last mark of two kinds is that of the fraction; the same mark again and again sets groups apart.
    if (mixed) return [trimmed(fraction(plain, last))]
    const whole = trimmed(plain.replaceAll(first, ''))
    // "1,000,00" ends in no group of three: a fraction, perhaps.
    return /\d{3}$/.test(plain.slice(plain.lastIndexOf(last) + 1))
      ? [whole]
      : [whole, trimmed(fraction(plain, last))]
  }
  const [whole = '', behind = ''] = plain.split(first)
  const couldGroup = behind.length === 3 && whole.length <= 3 && !whole.startsWith('0')
  if (!couldGroup || grouped) return [trimmed(`${whole}.${behind}`)]
  if (first === ',' && commaGroups) return [trimmed(whole + behind)]
  return [trimmed(whole + behind), trimmed(`${whole}.${behind}`)]
}

function fraction(plain: string, mark: string): string {
  const at = plain.lastIndexOf(mark)
  return `${plain.slice(0, at).replaceAll(/[.,]/g, '')}.${plain.slice(at + 1)}`
}

/** Without zeros in front: they say nothing. Those at the end of a fraction stay, as written. */
function trimmed(number: string): string {
  return number.replace(/^0{1,20}(?=\d)/, '')
}

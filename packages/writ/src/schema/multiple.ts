/** A number as its digits and the power of ten they stand for: exact, as it is written in decimals. */
function decimal(value: number): readonly [digits: bigint, power: number] {
  const [mantissa = '0', exponent = '0'] = String(value).split('e')
  const [whole = '0', fraction = ''] = mantissa.split('.')
  return [BigInt(whole + fraction), Number(exponent) - fraction.length]
}

/** Whether a number is a whole multiple of another as both are written: 0.3 is one of 0.1. */
export function isMultiple(value: number, of: number): boolean {
  const [digits, power] = decimal(value)
  const [unit, unitPower] = decimal(of)
  const least = Math.min(power, unitPower)
  return (digits * 10n ** BigInt(power - least)) % (unit * 10n ** BigInt(unitPower - least)) === 0n
}

import fc from 'fast-check'

/**
 * Text that tries to be more than text in a prompt: tags of a name with every number, and anything else. `more` is what else
 * the host writes there. For tests.
 */
export function hostileText(name: string, more: readonly string[]): fc.Arbitrary<string> {
  const tags = [`</${name}1>`, `</${name.toUpperCase()}2>`, name]
  return fc
    .array(
      fc.oneof(
        fc.constantFrom('\n', '\n\n', ...tags, ...more),
        fc.integer({ min: 0, max: 30 }).map((number) => `${name}${number}`),
        fc.string({ unit: 'grapheme' }),
      ),
      { maxLength: 8 },
    )
    .map((parts) => parts.join(''))
}

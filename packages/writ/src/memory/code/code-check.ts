import type { CodeFacts } from '@writ/contract'

/** Whether what a parser, or a file, said of a text fits it: numbers name what is there, and places lie within. */
export function fitsText({ definitions, uses, imports, exports }: CodeFacts, bytes: number): boolean {
  const lies = (start: number, end: number): boolean => start >= 0 && start < end && end <= bytes
  const known = ({ root, n }: CodeFacts['uses'][number]['reach']): boolean =>
    n >= 0 &&
    (root === 'import'
      ? n < imports.length
      : root === 'own' || root === 'super'
        ? n < definitions.length
        : true)
  return (
    definitions.every(
      ({ start, end, from, to, container, value, bases }, n) =>
        lies(start, end) &&
        lies(from, to) &&
        (container === null || (container >= 0 && container < n)) &&
        (value === null || known(value)) &&
        bases.every(known),
    ) &&
    uses.every(
      ({ start, end, within, reach }) =>
        lies(start, end) && (within === null || (within >= 0 && within < definitions.length)) && known(reach),
    ) &&
    exports.every(({ reach }) => known(reach))
  )
}

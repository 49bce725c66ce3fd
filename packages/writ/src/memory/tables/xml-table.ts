import { MAX_TABLE_COLUMNS, MAX_TABLES } from '../limits.ts'
import { type FoundRow, type FoundTable, type NoTable, noTable } from './found-table.ts'
import { BadXml, type Element, readXml } from './xml-reader.ts'

/** A longer text is held as elements, and is not. */
const MAX_XML_BYTES: number = 64 * 1024 ** 2

/** The tables of an XML text: elements of one name that stand together and hold nothing but attributes and plain values. */
export function xmlTables(bytes: Buffer): (FoundTable | NoTable)[] {
  if (bytes.length > MAX_XML_BYTES)
    return [noTable(`it has ${bytes.length} bytes, more than ${MAX_XML_BYTES}`)]
  try {
    checkEncoding(bytes)
    const root = readXml(bytes)
    const lists = new Map<string, readonly Element[]>()
    const counts = new Map<string, number>()
    gather(root, lists)
    countNames(root, counts)
    return [...lists].slice(0, MAX_TABLES).map(([name, list]) => {
      // One that stands alone elsewhere is a row as well.
      if (counts.get(name) !== list.length)
        return noTable('elements of its name stand in more than one place', name)
      return tableOf(name, list)
    })
  } catch (error) {
    if (error instanceof BadXml) return [noTable(error.message)]
    throw error
  }
}

/** Text in an encoding that was not told by its bytes may be read wrongly. */
function checkEncoding(bytes: Buffer): void {
  const declared = /^\s{0,64}<\?xml[^>]{0,200}encoding\s*=\s*["']([\w.-]{1,40})/.exec(
    bytes.toString('latin1', 0, 400),
  )?.[1]
  if (
    declared === undefined ||
    /^(utf-?8|utf-?16([bl]e)?|us-ascii|ascii|iso-8859-1|windows-1252)$/i.test(declared)
  )
    return
  if (bytes.some((byte) => byte > 0x7f))
    throw new BadXml(`it says that it is in ${declared}, which is not read`)
}

/** Elements of one name in one parent, by that name, the outermost ones: what they hold is theirs. */
function gather(parent: Element, lists: Map<string, readonly Element[]>): void {
  const { children } = parent
  const [first] = children
  const isList = children.length > 1 && children.every(({ name }) => name === first?.name)
  if (
    first !== undefined &&
    isList &&
    children.some((one) => one.attributes.size + one.children.length > 0)
  ) {
    lists.set(first.name, children)
    return
  }
  for (const child of children) gather(child, lists)
}

/** How many elements have each name. */
function countNames({ name, children }: Element, counts: Map<string, number>): void {
  counts.set(name, (counts.get(name) ?? 0) + 1)
  for (const child of children) countNames(child, counts)
}

function tableOf(part: string, elements: readonly Element[]): FoundTable | NoTable {
  const names = new Set<string>()
  const rows: (FoundRow & { readonly values: ReadonlyMap<string, string> })[] = []
  for (const element of elements) {
    const values = valuesOf(element)
    if (typeof values === 'string') return noTable(`${values} (at byte ${element.start})`, part)
    for (const name of values.keys()) names.add(name)
    if (names.size > MAX_TABLE_COLUMNS)
      return noTable(`its elements have more than ${MAX_TABLE_COLUMNS} names`, part)
    rows.push({ start: element.start, end: element.end, cells: [], values })
  }
  const columns = [...names]
  return {
    part,
    columns: columns.map((name) => ({ name, isText: isQualified(name, columns, rows), mayGroup: true })),
    rows: rows.map(({ start, end, values }) => ({
      start,
      end,
      cells: columns.map((name) => values.get(name) || null),
    })),
    ragged: false,
  }
}

/** Whether attributes say something else of some values of an element than of others: of another currency, nobody adds them up. */
function isQualified(
  name: string,
  columns: readonly string[],
  rows: readonly { readonly values: ReadonlyMap<string, string> }[],
): boolean {
  const attributes = columns.filter((column) => column.startsWith(`${name} `))
  if (attributes.length === 0) return false
  const said = new Set<string>()
  for (const { values } of rows)
    if ((values.get(name) ?? '') !== '')
      said.add(JSON.stringify(attributes.map((one) => values.get(one) ?? '')))
  return said.size > 1
}

/** The values of an element by their names; why it has none. */
function valuesOf({ name, attributes, children, text }: Element): ReadonlyMap<string, string> | string {
  const values = new Map<string, string>()
  const add = (key: string, value: string): boolean => {
    if (values.has(key)) return false
    values.set(key, value.trim())
    return true
  }
  for (const [key, value] of attributes) if (!key.startsWith('xmlns')) add(key, value)
  if (text !== '' && children.length > 0) return `"${name}" holds text beside its elements`
  if (text !== '' && !add(name, text)) return `"${name}" has two values of one name`
  for (const child of children) {
    if (child.children.length > 0) return `"${child.name}" holds more than a value`
    if (!add(child.name, child.text)) return `"${child.name}" stands twice in an element`
    for (const [key, value] of child.attributes)
      if (!key.startsWith('xmlns') && !add(`${child.name} ${key}`, value))
        return `"${child.name}" stands twice in an element`
  }
  return values
}

import { readFileSync } from 'node:fs'
import { join } from 'node:path'

// Documents that `scripts/format-fixtures.py` makes with Python's standard library and Chromium, and in `independent/` those that
// `scripts/independent-fixtures.py` makes with many other tools; `independent.json` says what is in them. For tests only.

const place = join(import.meta.dirname, 'fixtures')

export const fixture = (name: string): Buffer => readFileSync(join(place, name))
export const fixturePath = (name: string): string => join(place, name)

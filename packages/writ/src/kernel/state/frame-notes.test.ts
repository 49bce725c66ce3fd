import { type Label, type LabelledNote, label } from '@writ/contract'
import { expect, it } from 'vitest'
import { FrameNotes } from './frame-notes.ts'

const LOW = label('internal')
const HIGH = label('restricted')
const CITATION = { doc: 'a', start: 0, end: 1, sha256: '', quote: 'x' }

const note = (key: string, value: number, of: Label = LOW, cites = true): LabelledNote => {
  return { key, value, citations: cites ? [CITATION] : [], label: of }
}
const seen = (notes: FrameNotes, by: Label): string[] =>
  notes.seenBy(by).map(({ key, value }) => key + JSON.stringify(value))

it('shows a frame what its parent saw before it was opened, whatever is written later', () => {
  const root = new FrameNotes(null)
  root.write(note('a', 1), 3)
  const child = new FrameNotes(root)
  expect(seen(child, HIGH)).toEqual([])
  child.openedBy(5)
  root.write(note('a', 2), 6)
  const grandchild = new FrameNotes(child)
  child.write(note('b', 3), 7)
  grandchild.openedBy(8)
  child.write(note('c', 4), 9)
  expect([root, child, grandchild].map((notes) => seen(notes, LOW))).toEqual([
    ['a2'],
    ['a1', 'b3', 'c4'],
    ['a1', 'b3'],
  ])
})

it('gives a parent what a child saw when the child has ended, and lets the last of a key stand', () => {
  const root = new FrameNotes(null)
  root.write(note('a', 1), 3)
  const child = new FrameNotes(root)
  child.openedBy(4)
  child.write(note('a', 2), 5)
  expect(seen(root, LOW)).toEqual(['a1'])
  root.join(child, 6)
  expect(seen(root, LOW)).toEqual(['a2'])
})

it('shows nothing that does not flow to the label of who looks', () => {
  const root = new FrameNotes(null)
  root.write(note('a', 1), 3)
  root.write(note('a', 2, HIGH), 4)
  expect([seen(root, LOW), seen(root, HIGH)]).toEqual([['a1'], ['a2']])
})

it('leaves the last of each key and label that cites, and at most a thousand', () => {
  const root = new FrameNotes(null)
  root.write(note('a', 1), 3)
  root.write(note('a', 2), 4)
  root.write(note('a', 3, HIGH), 5)
  root.write(note('b', 4), 6)
  root.write(note('b', 5, LOW, false), 7)
  expect(root.lasting.map(({ key, value }) => key + JSON.stringify(value))).toEqual(['a2', 'a3'])
  for (let i = 0; i < 1_500; i += 1) root.write(note(`k${i}`, i), 8 + i)
  expect(root.lasting).toHaveLength(1_000)
  expect(root.lasting.at(-1)).toMatchObject({ key: 'k1499' })
})

it('is full of a thousand of its own, whatever its children wrote, and gives room back', () => {
  const root = new FrameNotes(null)
  const child = new FrameNotes(root)
  child.count()
  child.write(note('a', 1), 3)
  root.join(child, 4)
  for (let i = 0; i < 999; i += 1) root.count()
  expect(root.full).toBe(false)
  root.count()
  expect(root.full).toBe(true)
  root.uncount()
  expect(root.full).toBe(false)
})

import { expect, it } from 'vitest'
import { dayOf, dayOfCommit, dayOfMessage } from './document-day.ts'

it.each([
  [
    'From: a\nDate: Tue, 12 Mar 2024 23:30:00 -0800\nSubject: x\n\nDate: Wed, 1 Jan 2020 00:00:00 +0000',
    '2024-03-12',
  ],
  ['Date: 1 feb 2024 10:00 GMT\n\n', '2024-02-01'],
  ['Date: Thu, 29 Feb 2024 10:00:00 +0000\n\n', '2024-02-29'],
  ['Date: Wed, 29 Feb 2023 10:00:00 +0000\n\n', undefined],
  ['Date: 00 Mar 2024 10:00:00 +0000\n\n', undefined],
  ['Date: 12 Mrz 2024 10:00:00 +0000\n\n', undefined],
  ['Date: 12 Mar 24 10:00:00 +0000\n\n', undefined],
  ['From: a\nSubject: x\n\nDate: Tue, 12 Mar 2024 23:30:00 -0800\n', undefined],
  ['Date: 12 Mar 0012 10:00:00 +0000\n\n', undefined],
  ['', undefined],
])('reads the day of a message from its own header: %j', (text, day) => {
  expect(dayOfMessage(text)).toBe(day)
})

const commit = (line: string): string =>
  `tree 0\nauthor A <a@b> 100 +0000\n${line}\n\ncommitter B <b@c> 86400 +0000\n`

it.each([
  ['committer A <a@b> 1710286200 +0100', '2024-03-13'],
  ['committer A <a@b> 1710286200 -0800', '2024-03-12'],
  ['committer A <a@b> 999999999999 +0000', undefined],
  ['committer A <a@b> soon', undefined],
  ['encoding latin1', undefined],
])('reads the day of a commit, in the zone of who made it: %s', (line, day) => {
  expect(dayOfCommit(commit(line))).toBe(day)
})

it('has no day for a time that no calendar has', () => {
  expect(dayOf(0)).toBe('1970-01-01')
  for (const ms of [Number.NaN, 1e20, -1e15]) expect(dayOf(ms)).toBeUndefined()
})

import { type Det, label } from '@writ/contract'
import { expect, test } from 'vitest'
import { change, judge, OPEN } from './altered-run.fixture.ts'

// What a run says of the conversation before its question has to fit the rest of its record.

const RUN = '01890a5d-0000-774b-bcce-b302099a8057'
const FOLLOWED = { run: RUN, root: 'a'.repeat(64), records: 12 }
const CONVERSATION: NonNullable<Det['run.open']['conversation']> = {
  messages: 2,
  leftOut: 0,
  label: OPEN.det.questionLabel,
  follows: [FOLLOWED],
}
const EARLIER = 'f'.repeat(64)
const DET = 'records.ndjson#/0/det'

const opened = (det: Partial<Det['run.open']>): string => judge(change(OPEN, { det }))

test('a run names what it goes on from', () => {
  expect(opened({ earlier: EARLIER, conversation: CONVERSATION })).toContain(`It goes on from run ${RUN}.`)
})

test('earlier messages are committed to, counted, and no higher than the label of the root', () => {
  expect(opened({ conversation: CONVERSATION })).toBe(`BAD_CONVERSATION ${DET}`)
  expect(opened({ earlier: EARLIER })).toBe(`BAD_CONVERSATION ${DET}`)
  expect(opened({ earlier: EARLIER, conversation: { ...CONVERSATION, messages: 0 } })).toBe(
    `BAD_CONVERSATION ${DET}/conversation/messages`,
  )
  expect(opened({ earlier: EARLIER, conversation: { ...CONVERSATION, label: label('secret') } })).toBe(
    `BAD_CONVERSATION ${DET}/conversation/label`,
  )
})

import { strict as assert } from 'node:assert'
import { type Answer, type Limits, WritError } from '@writ/contract'
import { readEvidence, type VerdictReport } from '@writ/evidence'
import { createWrit, type RunEvent, verifyFile, type Writ, withEvidence } from 'writ'
import { printAnswer } from 'writ/terminal'

// What somebody writes who has the packages and nothing of this repository.

const limits: Partial<Limits> = { maxCalls: 200 }
const seen: RunEvent['type'][] = []
const writ: Writ = await createWrit({ home: 'library', limits })
const answer: Answer = await writ.completion({
  query: 'How many documents mention "quitclaim"?',
  context: { paths: ['documents'] },
  onEvent: (event) => void seen.push(event.type),
})
assert.equal(answer.status, 'complete')
assert.ok(seen.includes('run.open'))
assert.match(printAnswer(answer), /^evidence /m)

const evidence = answer.evidence ?? ''
const report: VerdictReport = await verifyFile(evidence, { trust: 'library/trust.json', answer })
assert.ok(report.ok)
const { run } = await withEvidence(evidence, (source) => readEvidence(source))
assert.equal(run, await writ.find('last'))
assert.equal((await writ.show(run)).status, 'complete')
await writ.close()
await assert.rejects(verifyFile('no such file', {}), (error) => error instanceof WritError)
process.stdout.write('the program ran\n')

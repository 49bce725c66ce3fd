import { verifyFile } from 'writ'

// Verifies one file in a process of its own and prints, as JSON, whether it passed, the seconds, those of CPU, and the peak memory.

const [path = '', trust = ''] = process.argv.slice(2)
const started = performance.now()
const { ok, verdicts } = await verifyFile(path, { trust, only: ['INTEGRITY', 'AUTHORITY', 'COMPLETENESS'] })
const seconds = (performance.now() - started) / 1000
const { maxRSS, userCPUTime, systemCPUTime } = process.resourceUsage()
const cpuSeconds = (userCPUTime + systemCPUTime) / 1e6
const failed = verdicts
  .filter(({ result }) => result === 'fail')
  .map(({ name, code, detail }) => `${name} ${code}: ${detail}`)
process.stdout.write(`${JSON.stringify({ ok, failed, seconds, cpuSeconds, peakBytes: maxRSS * 1024 })}\n`)

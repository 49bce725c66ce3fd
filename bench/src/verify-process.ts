import { takeShipped } from './own-process.ts'

// Verifies one file in a process of its own, for the verdicts named, and prints, as JSON, whether it passed, what did not,
// the seconds, those of CPU, and the peak memory.

const { verifyFile, args } = await takeShipped()
const [path = '', trust = '', ...only] = args
const started = performance.now()
const { ok, verdicts } = await verifyFile(path, { trust, only })
const seconds = (performance.now() - started) / 1000
const { maxRSS, userCPUTime, systemCPUTime } = process.resourceUsage()
const cpuSeconds = (userCPUTime + systemCPUTime) / 1e6
const open = verdicts
  .filter(({ name, result }) => result !== 'pass' && only.includes(name))
  .map(({ name, code, detail }) => `${name} ${code}: ${detail}`)
process.stdout.write(
  `${JSON.stringify({ ok: ok && open.length === 0, open, seconds, cpuSeconds, peakBytes: maxRSS * 1024 })}\n`,
)

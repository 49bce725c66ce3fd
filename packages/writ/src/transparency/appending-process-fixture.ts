import { openSigner } from '../ledger/index.ts'
import { openTransparencyLog } from './index.ts'

// For tests only: a process that appends numbered statements under its own name.

const [home = '', name = '', count = '0'] = process.argv.slice(2)
const log = await openTransparencyLog(home, await openSigner(home))
for (let i = 0; i < Number(count); i++) await log.append(new TextEncoder().encode(`${name} ${i}`))
await log.close()

export { openFor } from './open-for.ts'
export { openSandbox } from './open-sandbox.ts'
export { type AskedSandbox, SandboxPool } from './sandbox-pool.ts'

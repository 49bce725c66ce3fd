export { openSandbox } from './open-sandbox.ts'
export { SandboxPool } from './sandbox-pool.ts'

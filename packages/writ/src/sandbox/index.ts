export { openFor } from './open-for.ts'
export { openSandbox } from './open-sandbox.ts'
export { SandboxPool } from './sandbox-pool.ts'
export { sayPreparing } from './say-preparing.ts'

export { auditPolicy } from './audit-policy.ts'

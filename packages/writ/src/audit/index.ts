export { auditPolicy, type PolicyAudit } from './audit-policy.ts'

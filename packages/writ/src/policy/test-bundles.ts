import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import type { DecisionRequest, PartitionFacts } from '@writ/contract'
import { PERSONAL_DIRECTORY, readBundleDirectory } from './bundle-directory.ts'
import { CedarEngine } from './cedar-engine.ts'
import type { LoadedEngine } from './engine.ts'
import type { EngineSource } from './engine-source.ts'
import { openWith } from './open-decision-point.ts'
import type { PolicyPoint } from './policy-point.ts'
import { policySources } from './policy-source.ts'

// Bundles and questions the tests of this room share. Bundles are written to a temporary directory and opened with the
// real engine, in the thread of the test where no test of threads is meant.

export type BundleFiles = Readonly<Record<string, string>>

/** Writes a bundle, gives its directory to `use`, and removes it. */
export async function withBundle<T>(files: BundleFiles, use: (directory: string) => Promise<T>): Promise<T> {
  const directory = await mkdtemp(join(tmpdir(), 'writ-policy-'))
  try {
    for (const [name, text] of Object.entries(files)) {
      await mkdir(dirname(join(directory, name)), { recursive: true })
      await writeFile(join(directory, name), text)
    }
    return await use(directory)
  } finally {
    await rm(directory, { recursive: true, force: true })
  }
}

let opened = 0

/** The real engine in this thread. Its name is made unique, because one process may hold a set only once. */
export async function startHere(source: EngineSource): Promise<LoadedEngine> {
  opened += 1
  const engine = new CedarEngine({ ...source, name: `${source.name}/${opened}` })
  return {
    vocabulary: engine.vocabulary,
    rules: engine.rules,
    evaluate: async (question) => engine.evaluate(question),
    close: async () => {},
  }
}

/** Opens a bundle of the given files, or the personal bundle. */
export function openHere(files?: BundleFiles): Promise<PolicyPoint> {
  if (files === undefined) return openWith({ osUser: 'ann' }, startHere)
  return withBundle(files, (bundleDir) => openWith({ bundleDir, osUser: 'ann' }, startHere))
}

export const PARTITION: PartitionFacts = {
  type: 'partition',
  id: 'p1',
  collection: 'default',
  level: 1,
  categories: [],
  trusted: false,
  purposes: ['general'],
  owner: 'ann',
}

/** A question the personal bundle allows: the OS user reads a partition of internal documents. */
export const READ: DecisionRequest = {
  user: { id: 'ann', clearance: 2, active: true, purposes: ['general'] },
  profile: { id: 'orchestrator', maxDepth: 3, mayEgress: true },
  action: 'context::read',
  resource: PARTITION,
  purpose: 'general',
  taint: { level: 'public', categories: [], untrusted: true },
  depth: 0,
  discharged: [],
}

/** Files of the personal bundle by name. */
export async function personalFiles(): Promise<BundleFiles> {
  const { schema, policies, facts } = await readBundleDirectory(PERSONAL_DIRECTORY)
  const files = [schema, ...policies, facts].filter((file) => file !== undefined)
  return Object.fromEntries(files.map(({ name, text }) => [name, text]))
}

/** The personal bundle without one of its policies. */
export async function personalWithout(id: string): Promise<BundleFiles> {
  const { 'schema.cedarschema': schema = '', 'facts.json': facts = '' } = await personalFiles()
  const rest = (await personalPolicies()).filter((policy) => policy.id !== id).map(({ text }) => text)
  return { 'schema.cedarschema': schema, 'facts.json': facts, 'rest.cedar': rest.join('\n') }
}

/** The policies of the personal bundle, each by itself. */
export async function personalPolicies(): Promise<readonly { id: string; text: string }[]> {
  const { policies } = await readBundleDirectory(PERSONAL_DIRECTORY)
  return policySources(policies).map(({ id, text }) => ({ id, text }))
}

/** A bundle of an organisation: its own purposes, tools, plans, obligations and approvals, and no facts. */
export async function organisationFiles(): Promise<BundleFiles> {
  const { 'schema.cedarschema': schema = '' } = await personalFiles()
  const purposes = 'entity Purpose enum ["contract-review", "incident-response", "support", "evaluation"];'
  return {
    'schema.cedarschema': schema.replace('entity Purpose enum ["general"];', purposes),
    'policies/00-permits.cedar': ORGANISATION_PERMITS,
    'policies/10-guards.cedar': ORGANISATION_GUARDS,
    'policies/20-obligations.cedar': ORGANISATION_OBLIGATIONS,
  }
}

const ORGANISATION_PERMITS = `// ------------- PERMITS: broad; the only way anything happens. What a person can trip over is a named forbid in 10-guards.
@id("permit.context")
permit (principal is Writ::Frame, action in Writ::Action::"context", resource is Writ::Partition)
when { principal.user.active };

@id("permit.model.approved")
permit (principal is Writ::Frame, action == Writ::Action::"model::call", resource in Writ::ModelPool::"approved")
when { principal.user.active };

@id("permit.memory.write")
permit (principal is Writ::Frame, action == Writ::Action::"memory::write", resource is Writ::Collection)
when { principal.user.active };

@id("permit.spawn")
permit (principal is Writ::Frame, action == Writ::Action::"recursion::spawn", resource is Writ::AgentProfile)
when { principal.user.active };

@id("permit.tool.registered")
permit (principal is Writ::Frame, action == Writ::Action::"tool::call", resource in Writ::ToolGroup::"approved")
when { principal.user.active };

@id("permit.release")
permit (principal is Writ::Frame, action == Writ::Action::"output::release", resource is Writ::Sink)
when { principal.user.active };
`

const ORGANISATION_GUARDS = `// ------------- HARD FORBIDS: never remediable --------------------------
@id("forbid.spawn.depth")
@reason("depth")
forbid (principal, action == Writ::Action::"recursion::spawn", resource)
when { context.depth >= principal.profile.maxDepth };

@id("forbid.secret.off-prem")
@reason("data-residency")
forbid (principal, action == Writ::Action::"model::call", resource is Writ::Model)
when { context.taint.level >= 4 && !resource.onPrem };

@id("forbid.pii.outside-eu")
@reason("jurisdiction")
forbid (principal, action == Writ::Action::"model::call", resource is Writ::Model)
when { context.taint.categories.containsAny([Writ::Category::"PII", Writ::Category::"PHI"])
    && !(resource.jurisdiction in [Writ::Jurisdiction::"EU", Writ::Jurisdiction::"CH", Writ::Jurisdiction::"LOCAL"]) };

@id("forbid.plan.unapproved")
@reason("execution-path")
forbid (principal, action in Writ::Action::"effect", resource)
unless { context.planApproved };

@id("forbid.self-approval")
@reason("separation-of-duties")
forbid (principal is Writ::Frame, action in Writ::Action::"effect", resource)
when { context.approvers.contains(principal.user) };

@id("forbid.untrusted.egress")
@reason("injection")
forbid (principal, action == Writ::Action::"tool::call", resource is Writ::Tool)
when { context.taint.untrusted && resource.egress && context.taint.level >= 2 };

@id("forbid.read.clearance") @reason("clearance")
forbid (principal is Writ::Frame, action in Writ::Action::"context", resource is Writ::Partition)
unless { principal.user.clearance >= resource.level };

@id("forbid.read.purpose") @reason("purpose")
forbid (principal is Writ::Frame, action in Writ::Action::"context", resource is Writ::Partition)
unless { principal.user.purposes.contains(context.purpose) && resource.purposes.contains(context.purpose) };

@id("forbid.model.label") @reason("label-flow")
forbid (principal, action == Writ::Action::"model::call", resource is Writ::Model)
unless { resource.maxLevel >= context.taint.level && resource.categories.containsAll(context.taint.categories) };

@id("forbid.memory.label") @reason("label-flow")
forbid (principal, action == Writ::Action::"memory::write", resource is Writ::Collection)
unless { resource.maxLevel >= context.taint.level && resource.categories.containsAll(context.taint.categories) };

@id("forbid.tool.label") @reason("label-flow")
forbid (principal, action == Writ::Action::"tool::call", resource is Writ::Tool)
unless { resource.maxLevel >= context.taint.level && resource.categories.containsAll(context.taint.categories) };

@id("forbid.release.label") @reason("label-flow")
forbid (principal, action == Writ::Action::"output::release", resource is Writ::Sink)
unless { resource.maxLevel >= context.taint.level && resource.categories.containsAll(context.taint.categories) };

@id("forbid.spawn.attenuate") @reason("attenuation")
forbid (principal is Writ::Frame, action == Writ::Action::"recursion::spawn", resource is Writ::AgentProfile)
unless { resource.maxDepth <= principal.profile.maxDepth && (principal.profile.mayEgress || !resource.mayEgress) };
`

const ORGANISATION_OBLIGATIONS = `// ------------- REMEDIABLE FORBIDS: deny *until* the obligation is discharged
@id("oblige.redact.pii")
@obligation("redact:pii")
forbid (principal, action == Writ::Action::"model::call", resource is Writ::Model)
when { context.taint.categories.contains(Writ::Category::"PII") && resource.retention }
unless { context.discharged.contains(Writ::Obligation::"redact:pii") };

@id("oblige.validate.release")
@obligation("validate:citations")
forbid (principal, action == Writ::Action::"output::release", resource)
unless { context.discharged.contains(Writ::Obligation::"validate:citations") };

@id("oblige.secrets.release")
@obligation("redact:secrets")
forbid (principal, action == Writ::Action::"output::release", resource is Writ::Sink)
when { resource.external }
unless { context.discharged.contains(Writ::Obligation::"redact:secrets") };

@id("approve.sideeffect.untrusted")
@approval("data-owner") @approval_mode("single") @approval_ttl("15m")
forbid (principal, action == Writ::Action::"tool::call", resource is Writ::Tool)
when { resource.sideEffect && context.taint.untrusted }
unless { context.approvals.contains(Writ::ApproverRole::"data-owner") };

@id("approve.release.external.dual")
@approval("dpo,security-officer") @approval_mode("dual") @approval_ttl("60m")
forbid (principal, action == Writ::Action::"output::release", resource is Writ::Sink)
when { resource.external && context.taint.level >= 2 }
unless { context.approvals.containsAll([Writ::ApproverRole::"dpo", Writ::ApproverRole::"security-officer"])
      && context.distinctApprovers >= 2 };
`

import type { Context, EntityJson, TypeAndId } from '@cedar-policy/cedar-wasm/nodejs'
import {
  type DecisionRequest,
  levelNumber,
  type ProfileFacts,
  type ResourceFacts,
  type UserFacts,
} from '@writ/contract'

/** One question in Cedar's terms. */
export interface Question {
  readonly principal: TypeAndId
  readonly action: TypeAndId
  readonly resource: TypeAndId
  readonly context: Context
  readonly entities: EntityJson[]
}

/** A question the host asks. Built the same way for equal decision requests, so its JSON is the cache key. */
export interface CedarRequest extends Question {
  readonly context: StepContext
}

/** The context of every action; `discharged` and `approvals` hold references. */
type StepContext = Context & {
  readonly discharged: readonly Reference[]
  readonly approvals: readonly Reference[]
}

interface Reference {
  readonly __entity: TypeAndId
}

/** What to assume done besides what the request says is discharged. */
export interface Discharge {
  readonly obligations: readonly string[]
  readonly approvals: readonly string[]
  readonly distinctApprovers: number
}

/** What the request does not carry: the bundle in force, and its facts on the owner of a partition if it has any. */
export interface Surroundings {
  readonly bundle: string
  readonly owner: (id: string) => UserFacts | undefined
}

/**
 * Puts a decision request into Cedar's terms. Throws when a number is not a safe non-negative integer, a level is none
 * of the known ones, or a string is not well-formed Unicode: none of those may reach the engine.
 */
export function cedarRequest(request: DecisionRequest, surroundings: Surroundings): CedarRequest {
  const { user, profile, resource } = request
  const principal = uid('Frame', JSON.stringify([user.id, profile.id, whole(request.depth)]))
  const frame: EntityJson = {
    uid: principal,
    attrs: { user: reference('User', user.id), profile: reference('AgentProfile', profile.id), run: '' },
    parents: [],
  }
  const owner = ownerEntity(request, surroundings)
  return {
    principal,
    action: uid('Action', request.action),
    resource: uid(RESOURCE_TYPES[resource.type], resource.id),
    context: context(request, surroundings.bundle),
    entities: [frame, userEntity(user), profileEntity(profile), resourceEntity(resource), ...owner],
  }
}

/** The same question with obligations and approvals assumed to be there. */
export function assuming(question: CedarRequest, discharge: Discharge): CedarRequest {
  const { context } = question
  const discharged = [...context.discharged.map(({ __entity }) => __entity.id), ...discharge.obligations]
  return {
    ...question,
    context: {
      ...context,
      discharged: references('Obligation', discharged),
      approvals: references('ApproverRole', discharge.approvals),
      distinctApprovers: discharge.distinctApprovers,
    },
  }
}

const RESOURCE_TYPES: Readonly<Record<ResourceFacts['type'], string>> = {
  partition: 'Partition',
  collection: 'Collection',
  model: 'Model',
  profile: 'AgentProfile',
  sink: 'Sink',
}

// Approvals, of plans too, and sizes of a step are not built yet: the fields carry what is true without them.
function context(request: DecisionRequest, bundle: string): StepContext {
  const { taint } = request
  return {
    purpose: reference('Purpose', request.purpose),
    taint: {
      level: whole(levelNumber(taint.level)),
      categories: references('Category', taint.categories),
      untrusted: taint.untrusted,
    },
    depth: whole(request.depth),
    askClass: 'small',
    discharged: references('Obligation', request.discharged),
    approvals: [],
    approvers: [],
    distinctApprovers: 0,
    planHash: wellFormed(request.planHash ?? ''),
    planApproved: true,
    bundle,
  }
}

function userEntity(user: UserFacts): EntityJson {
  return {
    uid: uid('User', user.id),
    attrs: {
      clearance: whole(user.clearance),
      active: user.active,
      purposes: references('Purpose', user.purposes),
    },
    parents: [],
  }
}

function profileEntity(profile: ProfileFacts): EntityJson {
  return {
    uid: uid('AgentProfile', profile.id),
    attrs: { maxDepth: whole(profile.maxDepth), mayEgress: profile.mayEgress },
    parents: [],
  }
}

// INVARIANT: an owner the bundle knows is always supplied; of one it does not know nothing is made up, so a policy
// that reads the owner's attributes errs, and an error is a deny.
function ownerEntity({ user, resource }: DecisionRequest, { owner }: Surroundings): EntityJson[] {
  if (resource.type !== 'partition' || resource.owner === user.id) return []
  const facts = owner(resource.owner)
  return facts === undefined ? [] : [userEntity(facts)]
}

function resourceEntity(resource: ResourceFacts): EntityJson {
  switch (resource.type) {
    case 'partition':
      return {
        uid: uid('Partition', resource.id),
        attrs: {
          level: whole(resource.level),
          categories: references('Category', resource.categories),
          trusted: resource.trusted,
          purposes: references('Purpose', resource.purposes),
          owner: reference('User', resource.owner),
        },
        parents: [uid('Collection', resource.collection)],
      }
    case 'collection':
      return {
        uid: uid('Collection', resource.id),
        attrs: {
          maxLevel: whole(resource.maxLevel),
          categories: references('Category', resource.categories),
        },
        parents: [],
      }
    case 'model':
      return {
        uid: uid('Model', resource.id),
        attrs: {
          maxLevel: whole(levelNumber(resource.maxLevel)),
          categories: references('Category', resource.categories),
          jurisdiction: reference('Jurisdiction', resource.jurisdiction),
          onPrem: resource.onPrem,
          retention: resource.retention,
          digest: wellFormed(resource.digest),
        },
        parents: resource.approved === true ? [uid('ModelPool', 'approved')] : [],
      }
    case 'profile':
      return profileEntity(resource)
    case 'sink':
      return {
        uid: uid('Sink', resource.id),
        attrs: {
          maxLevel: whole(resource.maxLevel),
          categories: references('Category', resource.categories),
          external: resource.external,
        },
        parents: [],
      }
    default:
      throw new TypeError(`no resource is of the type ${String(resource satisfies never)}`)
  }
}

function uid(type: string, id: string): TypeAndId {
  return { type: `Writ::${type}`, id: wellFormed(id) }
}

function reference(type: string, id: string): Reference {
  return { __entity: uid(type, id) }
}

function references(type: string, ids: readonly string[]): Reference[] {
  return [...new Set(ids)].sort().map((id) => reference(type, id))
}

// Cedar takes 2^53 though a double cannot tell it from 2^53 + 1, and an unknown level would come as -1.
function whole(value: number): number {
  if (Number.isSafeInteger(value) && value >= 0) return value
  throw new RangeError(`${String(value)} is not a safe non-negative integer`)
}

function wellFormed(text: string): string {
  if (text.isWellFormed()) return text
  throw new RangeError('a string of the request is not well-formed Unicode')
}

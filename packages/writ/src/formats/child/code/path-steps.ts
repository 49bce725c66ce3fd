import type * as contract from '@writ/contract'

// Steps of a path that are no names. The child runs nothing of another room, so their types keep them equal.

export const INSTANCE_STEP: typeof contract.INSTANCE_STEP = '*new'
export const THIS_STEP: typeof contract.THIS_STEP = '*this'
export const ANY_MEMBER: typeof contract.ANY_MEMBER = '*any'
export const OWN_MODULE: typeof contract.OWN_MODULE = '*own'
export const ANY_MODULE: typeof contract.ANY_MODULE = '*module'

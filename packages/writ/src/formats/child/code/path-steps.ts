import type { AnyMember, InstanceStep, ThisStep } from '@writ/contract'

// Steps of a path that are no names. The child runs nothing of another room, so their types keep them equal.

export const INSTANCE: InstanceStep = '*new'
export const THIS_INSTANCE: ThisStep = '*this'
export const ANY_MEMBER: AnyMember = '*any'

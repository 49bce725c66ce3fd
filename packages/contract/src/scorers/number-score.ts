const BASE = 0.75

/** OOLONG's score of a number: 0.75 to the power of how far it is off. */
export function numberScore(found: number, wanted: number): number {
  return found === wanted ? 1 : BASE ** Math.abs(found - wanted)
}

/** How far pages and calls count each state of a queue. */
export const COUNTED = 10_000

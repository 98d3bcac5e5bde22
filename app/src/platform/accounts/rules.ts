/** Letters at least. */
export const shortestPassword = 10
export const longestPassword = 128

/** A session ends this long after its beginning, however much it is used. Seconds. */
export const sessionAge = 30 * 24 * 3_600

/** Attempts to sign in are counted for as long. Seconds. */
export const attemptWindow = 15 * 60

/** Whence better-auth reads the address of a request; nobody but `visitor.ts` sets it. */
export const addressHeader = 'x-factotum-address'

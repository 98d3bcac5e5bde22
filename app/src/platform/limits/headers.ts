import type { WindowState } from './windows.ts'

const secondsUntil = ({ endsIn }: WindowState) => Math.max(1, Math.ceil(endsIn / 1_000))

/**
 * The headers `RateLimit` and `RateLimit-Policy`: of each window what is allowed in it (`q`) and its length (`w`),
 * what is left of it (`r`) and when it begins anew (`t`), in seconds.
 *
 * @see https://datatracker.ietf.org/doc/draft-ietf-httpapi-ratelimit-headers/
 */
export function rateLimitHeaders(windows: readonly WindowState[]): Record<string, string> {
  const items = (shown: (window: WindowState) => string) =>
    windows.map((window) => `"${window.name}";${shown(window)}`).join(', ')
  return {
    'ratelimit-policy': items(({ limit, length }) => `q=${limit};w=${length}`),
    ratelimit: items((window) => `r=${window.left};t=${secondsUntil(window)}`),
  }
}

/** The window for whose end a refused call has to wait: of the spent ones the last to end, with seconds until then. */
export function refusingWindow(windows: readonly WindowState[]): { window: WindowState; seconds: number } {
  const spent = windows.filter(({ left }) => left === 0)
  const [window] = (spent.length > 0 ? spent : [...windows]).sort((a, b) => b.endsIn - a.endsIn)
  if (!window) throw new Error('A call was refused, and no window says why.')
  return { window, seconds: secondsUntil(window) }
}

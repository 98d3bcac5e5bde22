/** What a person chose; `auto` follows the system. */
export type Theme = 'auto' | 'light' | 'dark'

export const themes: Theme[] = ['light', 'auto', 'dark']

const COOKIE = 'theme'
const YEAR = 365 * 24 * 60 * 60

/** Read with each page, so that the first paint is right. */
export function themeOf(cookies: string | undefined): Theme {
  const value = /(?:^|;\s*)theme=(\w+)/.exec(cookies ?? '')?.[1]
  return isTheme(value) ? value : 'auto'
}

/** The header that keeps the choice. Not secret: scripts may read it. */
export const themeCookie = (theme: Theme) =>
  `${COOKIE}=${theme}; Path=/; Max-Age=${theme === 'auto' ? 0 : YEAR}; SameSite=Lax`

export const isTheme = (value: unknown): value is Theme => themes.some((theme) => theme === value)

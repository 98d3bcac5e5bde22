import type { Config } from '../config/index.ts'

/** Variables of the environment that hold secrets, by their names. */
const secretName = /SECRET|PASSWORD|PASSWD|TOKEN|HEADERS|_KEY$|^PGPASSWORD$/

/** Texts that are taken for accidents below this length: scrubbing them would hide innocent words. */
const shortest = 6

/** The secrets of this installation itself, however they come into a text. */
export function secretsOf({ databaseUrl, environment, otlp }: Config, secretKey: string): string[] {
  const named = Object.entries(environment).flatMap(([name, value]) =>
    value && secretName.test(name) ? [value] : [],
  )
  const password = databaseUrl === null ? '' : new URL(databaseUrl).password
  const all = [
    secretKey,
    ...named,
    password,
    decodeURIComponent(password),
    ...Object.values(otlp?.headers ?? {}),
  ]
  return [...new Set(all.filter((secret) => secret.length >= shortest))].sort((a, b) => b.length - a.length)
}

import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { EventRegistry } from '../eventlog/index.ts'
import { discover } from './discover.ts'
import { findAllEvents, registerEvents } from './discover-events.ts'
import { DiscoveryError } from './load-module.ts'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'factotum-events-'))
  await write({ 'package.json': '{ "type": "module" }' })
})
afterEach(() => rm(folder, { recursive: true }))

async function write(files: Record<string, string>): Promise<void> {
  for (const [path, source] of Object.entries(files)) {
    await mkdir(dirname(join(folder, path)), { recursive: true })
    await writeFile(join(folder, path), source)
  }
}

const sent = "{ type: 'event', level: 'HIGH', selectableBy: [], description: 'Sent', stopsTimer: false }"

/** The keys that are registered from the folder, as a module's of the platform. */
async function registered(): Promise<string[]> {
  const registry = new EventRegistry()
  registerEvents(registry, await findAllEvents(folder))
  return registry.keys()
}

async function refusal(): Promise<string> {
  const error: unknown = await registered().then(
    () => new Error('It was accepted.'),
    (refused: unknown) => refused,
  )
  if (!(error instanceof DiscoveryError)) throw error
  return error.message
}

describe('Events', () => {
  it("are all exports of a module's events.ts; a module without one is fine", async () => {
    await write({
      'letters/events.ts': `export const a = { key: 'send', codes: { SENT: ${sent} } }
        export default { key: 'print', codes: { PRINTED: ${sent} } }`,
      'books/index.ts': 'throw new Error("never loaded")',
    })
    expect(await registered()).toEqual(['print', 'send'])
  })

  it('alone make a feature', async () => {
    await write({ 'letters/events.ts': `export const a = { key: 'send', codes: { SENT: ${sent} } }` })
    const [letters] = await discover([folder])
    expect(letters?.events).toMatchObject({
      file: join(folder, 'letters/events.ts'),
      definitions: [{ key: 'send' }],
    })
  })

  it('that do not load stop the start, with path and reason', async () => {
    await write({ 'letters/events.ts': 'throw new Error("no ink")' })
    expect(await refusal()).toBe(
      `The feature can't be used: ${folder}/letters/events.ts does not load: no ink`,
    )
  })

  it.each([
    ['', 'exports no events'],
    ['export const a = 7', 'an export is no event; make it by defineEvents({ key, codes })'],
    [`export const a = { codes: { SENT: ${sent} } }`, 'an event has no key'],
    ["export const a = { key: 'send', codes: {} }", 'the event "send" has no codes'],
    [
      `export const a = { key: 'send', codes: { SENT: { ...${sent}, level: 'LOUD' } } }`,
      'the event "send", code "SENT", has the unknown level "LOUD"',
    ],
  ])('that are wrong (%s) stop the start, with path, key and code', async (source, reason) => {
    await write({ 'letters/events.ts': source })
    const message = await refusal()
    expect(message).toContain(`${folder}/letters/events.ts`)
    expect(message).toContain(reason)
  })

  it('of one key in two modules stop the start, and both are named', async () => {
    const source = `export const a = { key: 'send', codes: { SENT: ${sent} } }`
    await write({ 'books/events.ts': source, 'letters/events.ts': source })
    expect(await refusal()).toBe(
      `The feature can't be used: ${folder}/letters/events.ts can't be registered: the key "send" is taken by ` +
        `${folder}/books/events.ts. Rename one of them.`,
    )
  })
})

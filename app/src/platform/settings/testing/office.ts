import { mkdtemp, readFile, rm, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestDatabase } from '@factotum/postgres/testing'
import { createEventLog, type EventLog } from '../../../eventlog/index.ts'
import { connect, type Database, type OpenDatabase } from '../../database/index.ts'
import { appDatabase } from '../../database/testing.ts'
import { createSettings } from '../create.ts'
import { settingEvents } from '../events.ts'
import type { Settings } from '../index.ts'
import type { Listed } from '../listed.ts'

export interface Machine {
  home: string
  /** A process of the program on this machine; `afterwards` runs right after each of its transactions. */
  process(environment?: Record<string, string>, afterwards?: () => Promise<void>): Promise<Settings>
  path: string
  text(): Promise<string>
  list(): Promise<Listed[]>
  /** As an editor saves it, a while ago: nothing waits for it to be whole. */
  save(text: string): Promise<void>
  /** Changes one value in the file by hand. */
  edit(configName: string, value: unknown): Promise<void>
}

/** A database, and machines whose processes share it. */
export interface Office {
  database: OpenDatabase
  events: EventLog
  warnings: string[]
  machine(): Promise<Machine>
  close(): Promise<void>
}

export async function openOffice(): Promise<Office> {
  const owned: TestDatabase = await appDatabase()
  const database = connect(owned.url)
  const events = createEventLog({ pool: database.pool, secret: 'of this test alone', zone: () => 'UTC' })
  events.registry.register('settings', [settingEvents])
  const warnings: string[] = []
  const log = { info: () => {}, warn: (...said: unknown[]) => void warnings.push(said.map(String).join(' ')) }
  const running: Settings[] = []
  const folders: string[] = []

  async function machine(): Promise<Machine> {
    const home = await mkdtemp(join(tmpdir(), 'factotum-settings-'))
    folders.push(home)
    const path = join(home, 'user-config.json')
    const text = () => readFile(path, 'utf8')
    const list = async (): Promise<Listed[]> => JSON.parse(await text())
    const save = async (content: string) => {
      await writeFile(path, content)
      const earlier = new Date(Date.now() - 5_000)
      await utimes(path, earlier, earlier)
    }
    return {
      home,
      path,
      text,
      list,
      save,
      async process(environment = {}, afterwards = async () => {}) {
        const folder = join(home, 'elsewhere')
        const noticed: Database = {
          ...database,
          async transaction(work) {
            const done = await database.transaction(work)
            await afterwards()
            return done
          },
        }
        const config = { home, environment }
        const settings = createSettings({ config, database: noticed, events, log, folder })
        await settings.start()
        running.push(settings)
        return settings
      },
      async edit(configName, value) {
        const edited = (await list()).map((one) => (one.config_name === configName ? { ...one, value } : one))
        await save(JSON.stringify(edited))
      },
    }
  }

  return {
    database,
    events,
    warnings,
    machine,
    async close() {
      await Promise.all(running.map((settings) => settings.stop()))
      for (const folder of folders) await rm(folder, { recursive: true })
      await database.close()
      await owned.drop()
    },
  }
}

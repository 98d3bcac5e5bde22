import { randomBytes } from 'node:crypto'
import { readdir, readFile, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { ConfigError } from '../config/index.ts'
import { ownSettings, SettingsInvalid } from '../settings/index.ts'
import { codeMark } from './code-mark.ts'
import { cacheConfigFile, readCacheOptions } from './config-file.ts'
import type { CacheType } from './index.ts'
import { hiddenName, seal, unseal } from './seal.ts'
import { simpleStore } from './simple-store.ts'
import { spreadOver } from './spread-store.ts'
import {
  type CacheMachine,
  type CacheOffice,
  type CacheProcess,
  fixed,
  openCacheOffice,
} from './testing/offices.ts'
import {
  hasMemcached,
  hasRedis,
  hasSasl,
  saslLogin,
  startCluster,
  startMemcached,
  startRedis,
  startSaslMemcached,
  startSentinel,
  type TestServer,
} from './testing/servers.ts'

vi.setConfig({ testTimeout: 60_000, hookTimeout: 120_000 })

const inTime = { timeout: 50_000, interval: 50 }
const hour = 3_600_000
const secret = 'of this test alone'
const ada = { accountId: 'ada' }

let office: CacheOffice
const ends: (() => Promise<unknown>)[] = []
const own = async <Server extends { stop(): Promise<unknown> }>(
  starting: Promise<Server>,
): Promise<Server> => {
  const server = await starting
  ends.push(() => server.stop())
  return server
}

beforeAll(async () => {
  office = await openCacheOffice()
})
afterAll(async () => {
  await office.close()
  for (const end of ends) await end()
})

interface Kind {
  type: CacheType
  /** False: it is left out, and `npm test` says why. */
  here: boolean
  /** Starts its server; answers its entry. */
  start(): Promise<object | null>
  /** Whether a value of 3 MB finds room. */
  large: boolean
  /** Whether other processes see what one has kept. */
  shared: boolean
}

/** Long enough for a machine that is busy with other tests. */
const timeout = 20_000
const at = ({ port }: { port: number }) => `127.0.0.1:${port}`

const kinds: Kind[] = [
  { type: 'SimpleCache', here: true, large: true, shared: false, start: async () => null },
  { type: 'FileSystemCache', here: true, large: true, shared: true, start: async () => null },
  {
    type: 'RedisCache',
    here: hasRedis,
    large: true,
    shared: true,
    start: async () => ({ url: `redis://${at(await own(startRedis()))}/2`, timeout }),
  },
  {
    type: 'RedisSentinelCache',
    here: hasRedis,
    large: true,
    shared: true,
    start: async () => ({
      sentinels: [at((await own(startSentinel())).sentinel)],
      master: 'office',
      timeout,
    }),
  },
  {
    type: 'RedisClusterCache',
    here: hasRedis,
    large: true,
    shared: true,
    start: async () => ({ nodes: [at((await own(startCluster())).nodes[0] ?? { port: 0 })], timeout }),
  },
  {
    type: 'MemcachedCache',
    here: hasMemcached,
    large: false,
    shared: true,
    start: async () => ({
      servers: [at(await own(startMemcached())), at(await own(startMemcached()))],
      timeout,
    }),
  },
  {
    type: 'SASLMemcachedCache',
    here: hasSasl,
    large: false,
    shared: true,
    start: async () => ({ servers: [at(await own(startSaslMemcached()))], ...saslLogin, timeout }),
  },
  {
    type: 'SpreadSASLMemcachedCache',
    here: hasSasl,
    large: true,
    shared: true,
    start: async () => ({ servers: [at(await own(startSaslMemcached()))], ...saslLogin, timeout }),
  },
]

const machines: [CacheType, CacheMachine][] = []

describe.each(kinds)('$type', ({ type, here, start, large, shared }) => {
  describe.skipIf(!here)('as all do', () => {
    let machine: CacheMachine
    const open = async (more = {}) => (await machine.process(fixed(type), more)).cache
    beforeAll(async () => {
      machine = await office.machine()
      const entry = await start()
      if (entry) await machine.configure({ [type]: entry })
      machines.push([type, machine])
    })

    it('keeps text and bytes, also none, under any key', async () => {
      const cache = await open()
      const values: [string, Buffer][] = [
        ['text', Buffer.from('Zürich – 日本')],
        ['bytes', Buffer.from(Array.from({ length: 256 }, (_, byte) => byte))],
        ['nothing', Buffer.alloc(0)],
        [`long ${'ä'.repeat(2_000)}`, Buffer.from('long')],
        ['with spaces\r\nand lines\0', Buffer.from('odd')],
        ['', Buffer.from('no key')],
      ]
      for (const [key, value] of values) await cache.set(key, value, { lifetime: hour })
      for (const [key, value] of values) expect(await cache.get(key)).toEqual(value)
      expect(await cache.get('never kept')).toBeNull()
      expect(cache.figures()).toMatchObject({ type, hits: values.length, misses: 1, kept: values.length })
      expect(cache.figures().troubles).toEqual([])
    })

    it('answers what was written last, and nothing once it was deleted', async () => {
      const cache = await open()
      for (const text of ['first', 'second', 'third']) await cache.set('key', text, { lifetime: hour })
      expect(String(await cache.get('key'))).toBe('third')
      await cache.delete('key')
      await cache.delete('key')
      expect(await cache.get('key')).toBeNull()
    })

    it(large ? 'keeps 3 MB' : 'has no room for 3 MB, and then keeps nothing older either', async () => {
      const cache = await open()
      await cache.set('large', 'small', { lifetime: hour })
      const value = randomBytes(3_000_000)
      await cache.set('large', value, { lifetime: hour })
      const found = await cache.get('large')
      expect(large ? found?.equals(value) : found).toBe(large ? true : null)
      // What it can't keep it refuses without taking harm.
      await cache.set('small', 'text', { lifetime: hour })
      expect(String(await cache.get('small'))).toBe('text')
      expect(cache.figures().troubles).toEqual([])
    })

    it('shows two that write at once whole values alone', async () => {
      const [one, other] = [await open(), await open()]
      const [a, b] = ['a', 'b'].map((letter) => letter.repeat(large ? 2_500_000 : 500_000))
      if (!a || !b) throw new Error('There are two.')
      const seen = new Set<string | null>()
      const look = async (cache: typeof one) => seen.add((await cache.get('key'))?.toString() ?? null)
      for (let round = 0; round < 4; round++) {
        await Promise.all([
          one.set('key', a, { lifetime: hour }),
          other.set('key', b, { lifetime: hour }),
          look(one),
          look(other),
        ])
        await look(one)
      }
      // Whoever was last, each round may have been the same.
      await one.set('key', a, { lifetime: hour })
      await look(one)
      await other.set('key', b, { lifetime: hour })
      await look(other)
      expect(new Set([a, b, null])).toEqual(new Set([...seen, null]))
    })

    it(shared ? 'is shared by processes with one secret' : 'belongs to one process', async () => {
      const [one, other] = [await open(), await open()]
      await one.set('shared', 'text', { lifetime: hour })
      expect((await other.get('shared'))?.toString()).toBe(shared ? 'text' : undefined)
      expect(await (await open({ secret: 'another' })).get('shared')).toBeNull()
    })

    it('takes what it can not read for nothing', async () => {
      const cache = await open()
      const { open: openStore, namespace } = readCacheOptions(
        cacheConfigFile(machine.machine.home, machine.machine.home),
        type,
      )
      const raw = await openStore({ home: machine.machine.home, timeout, rest: 50, onTrouble() {} })
      const name = `${namespace}:${hiddenName(secret, await codeMark(), 'key')}`
      const garbage = ['', '\x01', '\x01\x02', 'rubbish', 'x'.repeat(200)].map((text) => Buffer.from(text))
      for (const value of garbage) {
        await raw.set(name, value, hour)
        expect(await cache.get('key')).toBeNull()
      }
      await raw.close()
      await cache.set('key', 'text', { lifetime: hour })
      expect(String(await cache.get('key'))).toBe('text')
      expect(cache.figures()).toMatchObject({ failures: 0, troubles: [] })
    })
  })
})

describe('Every cache', () => {
  it('forgets a value when its time is over', async () => {
    await Promise.all(
      machines.map(async ([type, machine]) => {
        const { cache } = await machine.process(fixed(type))
        await cache.set('short', 'text', { lifetime: 1_000 })
        await cache.set('long', 'text', { lifetime: 60 * 24 * hour })
        await expect.poll(() => cache.get('short'), inTime).toBeNull()
        expect(String(await cache.get('long'))).toBe('text')
      }),
    )
  })
})

describe('NullCache', () => {
  it('keeps nothing, and makes everything', async () => {
    const { cache } = await (await office.machine()).process(fixed('NullCache'))
    let made = 0
    const make = async () => `made ${++made}`
    expect(await cache.remember('key', { lifetime: hour }, make)).toBe('made 1')
    await cache.settle()
    expect(await cache.remember('key', { lifetime: hour }, make)).toBe('made 2')
  })
})

describe('remember', () => {
  it('makes a value once, for all who ask meanwhile and afterwards', async () => {
    const { cache } = await (await office.machine()).process()
    let made = 0
    const ask = () => cache.remember('key', { lifetime: hour }, async () => `made ${++made}`)
    expect(new Set(await Promise.all([ask(), ask(), ask()]))).toEqual(new Set(['made 1']))
    await cache.settle()
    expect(await ask()).toBe('made 1')
  })

  it('keeps neither null nor a failure', async () => {
    const { cache } = await (await office.machine()).process()
    expect(await cache.remember('key', { lifetime: hour }, async () => null)).toBeNull()
    const failing = cache.remember('key', { lifetime: hour }, () => Promise.reject(new Error('not now')))
    await expect(failing).rejects.toThrow('not now')
    await cache.settle()
    expect(await cache.remember('key', { lifetime: hour }, async () => 'text')).toBe('text')
  })

  it('keeps what can be read no more without its part', async () => {
    const { cache } = await (await office.machine()).process()
    await cache.set('key', 'text', { lifetime: hour, part: 'random' })
    expect(String(await cache.get('key', 'random'))).toBe('text')
    expect(await cache.get('key')).toBeNull()
  })
})

describe('A sealed value', () => {
  const sealedFor = { secret, key: 'key', part: '' }

  it('opens for who it was sealed for, until its time is over', () => {
    const sealed = seal(Buffer.from('text'), sealedFor, 1_000)
    expect(String(unseal(sealed, sealedFor, 999))).toBe('text')
    expect(unseal(sealed, sealedFor, 1_000)).toBeNull()
    for (const other of [{ secret: 'other' }, { key: 'other' }, { part: 'other' }])
      expect(unseal(sealed, { ...sealedFor, ...other }, 0)).toBeNull()
  })

  it('does not open with any byte changed, or any byte less', () => {
    const sealed = seal(Buffer.from('some text'), sealedFor, 1_000)
    fc.assert(
      fc.property(fc.nat(sealed.length - 1), fc.integer({ min: 1, max: 255 }), (place, change) => {
        const damaged = Buffer.from(sealed)
        damaged[place] = (damaged[place] ?? 0) ^ change
        expect(unseal(damaged, sealedFor, 0)).toBeNull()
        expect(unseal(sealed.subarray(0, place), sealedFor, 0)).toBeNull()
      }),
    )
  })
})

describe('A value that is spread', () => {
  it('is nothing where one of its parts is lost', async () => {
    const below = simpleStore({ maxBytes: 1_000_000 })
    const lost: string[] = []
    const store = spreadOver(
      { ...below, get: async (key) => (lost.includes(key) ? null : below.get(key)) },
      10,
    )
    const written: string[] = []
    const noting = spreadOver(
      {
        ...below,
        async set(key, value, lifetime) {
          written.push(key)
          await below.set(key, value, lifetime)
        },
      },
      10,
    )
    await noting.set('key', Buffer.from('a text in several parts'), hour)
    expect(String(await store.get('key'))).toBe('a text in several parts')
    expect(written).toHaveLength(4)
    for (const key of written) {
      lost.splice(0, 1, key)
      expect(await store.get('key')).toBeNull()
    }
  })
})

describe('SimpleCache and FileSystemCache', () => {
  const value = randomBytes(100_000)

  it.each(['SimpleCache', 'FileSystemCache'] as const)('%s stays within its room', async (type) => {
    const machine = await office.machine()
    await machine.configure({ [type]: { max_bytes: 1_000_000 } })
    const { cache } = await machine.process(fixed(type))
    for (let at = 0; at < 40; at++) await cache.set(`key ${at}`, value, { lifetime: hour })
    expect((await cache.get('key 39'))?.equals(value)).toBe(true)
    expect(await cache.get('key 0')).toBeNull()
    await cache.close()
    expect(await bytesIn(join(machine.machine.home, 'cache'))).toBeLessThan(1_000_000)
  })

  it('FileSystemCache takes a damaged file for nothing, and goes on', async () => {
    const machine = await office.machine()
    const { cache } = await machine.process(fixed('FileSystemCache'))
    for (const part of ['content-', 'index-']) {
      await cache.set('key', value, { lifetime: hour })
      const paths = await filesIn(join(machine.machine.home, 'cache'))
      const damaged = paths.filter((path) => path.includes(part))
      expect(damaged).toHaveLength(1)
      for (const path of damaged) {
        const bytes = await readFile(path)
        await writeFile(path, bytes.subarray(0, bytes.length / 2))
      }
      expect(await cache.get('key')).toBeNull()
    }
    await cache.set('key', 'text', { lifetime: hour })
    expect(String(await cache.get('key'))).toBe('text')
    expect(cache.figures().failures).toBe(0)
  })

  it('FileSystemCache is written and swept by several at once, and never answers what was not kept', async () => {
    const machine = await office.machine()
    await machine.configure({ FileSystemCache: { max_bytes: 1_000_000 } })
    const processes = await Promise.all([1, 2, 3].map(() => machine.process(fixed('FileSystemCache'))))
    let hits = 0
    const work = async (number: number) => {
      for (let at = 0; at < 60; at++) {
        const { cache } = processes[number % processes.length] ?? processes[0] ?? fail()
        const key = `key ${at % 7}`
        await cache.set(key, `${key}:`.repeat(5_000), { lifetime: hour })
        const found = (await cache.get(key))?.toString() ?? null
        if (found === null) continue
        hits++
        expect(found).toBe(`${key}:`.repeat(5_000))
      }
    }
    await Promise.all([0, 1, 2].map(work))
    expect(hits).toBeGreaterThan(0)
  })
})

describe('CACHE_TYPE', () => {
  it.each([
    ['null', 'NullCache'],
    ['simple', 'SimpleCache'],
    ['filesystem', 'FileSystemCache'],
  ])('may be called %s, as it was once', async (old, type) => {
    const { settings } = await (await office.machine()).process()
    await settings.change([{ configName: 'CACHE_TYPE', value: old }], ada)
    expect(settings.get(ownSettings.cacheType)).toBe(type)
  })

  it.each([
    ['redis', 'RedisCache'],
    ['redissentinel', 'RedisSentinelCache'],
    ['rediscluster', 'RedisClusterCache'],
    ['memcached', 'MemcachedCache'],
    ['gaememcached', 'MemcachedCache'],
    ['saslmemcached', 'SASLMemcachedCache'],
    ['spreadsaslmemcached', 'SpreadSASLMemcachedCache'],
  ])(
    '%s without its entry is refused with what to write, and what was written lets it in',
    async (old, type) => {
      const machine = await office.machine()
      const { settings } = await machine.process()
      const save = () => settings.change([{ configName: 'CACHE_TYPE', value: old }], ada)
      const refused = await save().catch((error: unknown) => error)
      if (!(refused instanceof SettingsInvalid)) throw new Error('It was accepted.')
      expect([refused.status, refused.wrong[0]?.configName]).toEqual([422, 'CACHE_TYPE'])
      const path = join(machine.machine.home, '_cache_config.json')
      expect(refused.message).toContain(`${type} only with an entry in ${path}: write there {"${type}":{`)
      const [sample = ''] = /\{"\w+":\{.*\}\}/.exec(refused.message) ?? []
      await writeFile(path, sample)
      await save()
      expect(settings.get(ownSettings.cacheType)).toBe(type)
      await settings.change([{ configName: 'CACHE_TYPE', value: 'simple' }], ada)
    },
  )

  it.each(['UWSGICache', 'uwsgi'])('%s is refused with what to use', async (value) => {
    const { settings } = await (await office.machine()).process()
    await expect(settings.change([{ configName: 'CACHE_TYPE', value }], ada)).rejects.toThrow(
      'CACHE_TYPE can not be UWSGICache: that is the cache of a Python server, uWSGI; use SimpleCache or MemcachedCache. Nothing was saved.',
    )
  })

  it.each([
    [{ url: 'http://a' }, 'url must be an address that begins with redis:// or rediss://'],
    [{ url: 'redis://:geheim@' }, 'url must be an address'],
    [{ adress: 'redis://a' }, 'url must be a text, not nothing'],
    [{ url: 'redis://a', adress: 1 }, '"adress" is no option; there are url, namespace, timeout'],
    [{ url: 'redis://a', timeout: 0 }, 'timeout must be a whole number from 1 to 60000, not 0'],
    [{ url: 'redis://a', namespace: 'a b' }, 'namespace must be up to 60 letters'],
    ['redis://a', 'it must be an object'],
  ])('with the entry %j is refused with what is wrong', async (entry, reason) => {
    const machine = await office.machine()
    await machine.configure({ RedisCache: entry })
    const { settings } = await machine.process()
    const saving = settings.change([{ configName: 'CACHE_TYPE', value: 'RedisCache' }], ada)
    const { message } = await saving.then(
      () => ({ message: 'It was accepted.' }),
      (error: Error) => error,
    )
    expect(message).toContain(reason)
    expect(message).not.toContain('geheim')
  })

  it('of the environment stops the start where its entry is missing', async () => {
    const machine = await office.machine()
    await expect(machine.process(fixed('MemcachedCache'))).rejects.toThrow(ConfigError)
    await expect(machine.process(fixed('MemcachedCache'))).rejects.toThrow('write there {"MemcachedCache":')
  })

  it('that another machine lacks the entry of is no cache there, told, until it is written', async () => {
    const [first, second] = [await office.machine(), await office.machine()]
    const one = await first.process()
    const other = await second.process()
    await first.configure({ MemcachedCache: { servers: ['127.0.0.1:1'] } })
    await one.settings.change([{ configName: 'CACHE_TYPE', value: 'MemcachedCache' }], ada)
    await expect.poll(() => other.settings.get(ownSettings.cacheType), inTime).toBe('MemcachedCache')
    await other.cache.set('key', 'text', { lifetime: hour })
    expect(await other.cache.get('key')).toBeNull()
    expect(other.cache.figures().troubles).toMatchObject([
      { what: 'CACHE_TYPE', reason: expect.stringContaining('only with an entry') },
    ])
    await second.configure({ memcached: { servers: ['127.0.0.1:1'] } })
    const troubles = async () => {
      await other.cache.get('key')
      return other.cache.figures().troubles.map(({ what }) => what)
    }
    await expect.poll(troubles, inTime).toEqual(['127.0.0.1:1'])
  })

  it.skipIf(!hasRedis)('that is changed is in force in every process, without a restart', async () => {
    const server = await own(startRedis())
    const machines = [await office.machine(), await office.machine()]
    for (const machine of machines)
      await machine.configure({ RedisCache: { url: `redis://${at(server)}`, timeout } })
    const processes = await Promise.all(machines.map((machine) => machine.process()))
    const [one, other] = processes
    if (!one || !other) throw new Error('There are two.')
    await one.settings.change([{ configName: 'CACHE_TYPE', value: 'SimpleCache' }], ada)
    await one.cache.set('key', 'in memory', { lifetime: hour })
    await one.settings.change([{ configName: 'CACHE_TYPE', value: 'RedisCache' }], ada)
    expect(await one.cache.get('key')).toBeNull()
    await one.cache.set('key', 'in Redis', { lifetime: hour })
    await expect.poll(async () => (await other.cache.get('key'))?.toString(), inTime).toBe('in Redis')
    await one.settings.change([{ configName: 'CACHE_TYPE', value: 'NullCache' }], ada)
    await expect.poll(() => other.cache.get('key'), inTime).toBeNull()
  })
})

describe('A cache that is down', () => {
  const servers: [CacheType, boolean, () => Promise<TestServer>, (server: TestServer) => object][] = [
    ['RedisCache', hasRedis, startRedis, (server) => ({ url: `redis://${at(server)}` })],
    ['MemcachedCache', hasMemcached, startMemcached, (server) => ({ servers: [at(server)] })],
    [
      'SASLMemcachedCache',
      hasSasl,
      startSaslMemcached,
      (server) => ({ servers: [at(server)], ...saslLogin }),
    ],
  ]
  for (const [type, here, start, entry] of servers) {
    it.skipIf(!here)(`${type}: one asker waits, none fails; back, it answers again`, async () => {
      const server = await own(start())
      const machine = await office.machine()
      await machine.configure({ [type]: { ...entry(server), timeout: 1_000 } })
      const resting = await machine.process(fixed(type), { rest: hour })
      const eager = await machine.process(fixed(type), { rest: 50 })
      const ask = async ({ cache }: CacheProcess) => {
        const text = await cache.remember('key', { lifetime: hour }, async () => 'made')
        await cache.settle()
        return text
      }
      for (const process of [resting, eager, resting]) await ask(process)
      expect(resting.cache.figures()).toMatchObject({ hits: 1, kept: 1, failures: 0 })

      await server.freeze()
      for (let round = 0; round < 20; round++) expect(await ask(resting)).toBe('made')
      expect(resting.cache.figures()).toMatchObject({
        hits: 1,
        failures: 1,
        skipped: 19,
        dropped: 20,
        troubles: [{ what: at(server) }],
      })
      expect(resting.log.filter((line) => line.includes('does not answer'))).toHaveLength(1)
      expect(await ask(eager)).toBe('made')

      await server.kill()
      expect(await ask(eager)).toBe('made')
      await server.startAgain()
      const { hits } = eager.cache.figures()
      const found = async () => {
        await ask(eager)
        return eager.cache.figures().hits
      }
      await expect.poll(found, inTime).toBeGreaterThan(hits)
      expect(eager.cache.figures().troubles).toEqual([])
      expect(eager.log.some((line) => line.includes('answers again'))).toBe(true)
    })
  }

  it.skipIf(!hasSasl)('SASLMemcachedCache with a wrong password is none, and says so', async () => {
    const server = await own(startSaslMemcached())
    const machine = await office.machine()
    await machine.configure({
      SASLMemcachedCache: { servers: [at(server)], ...saslLogin, password: 'wrong', timeout },
    })
    const { cache } = await machine.process(fixed('SASLMemcachedCache'))
    expect(await cache.remember('key', { lifetime: hour }, async () => 'text')).toBe('text')
    expect(cache.figures().troubles).toMatchObject([{ reason: 'Memcached server authentication failed!' }])
  })

  it.skipIf(!hasRedis)(
    'RedisSentinelCache goes over to the replica when the master dies; nothing fails',
    async () => {
      const trio = await own(startSentinel(500))
      const machine = await office.machine()
      await machine.configure({
        RedisSentinelCache: { sentinels: [at(trio.sentinel)], master: 'office', timeout: 2_000 },
      })
      const { cache } = await machine.process(fixed('RedisSentinelCache'))
      const ask = async (key: string) => {
        const text = await cache.remember(key, { lifetime: hour }, async () => `made for ${key}`)
        await cache.settle()
        return text
      }
      await ask('key')
      await ask('key')
      expect(cache.figures().hits).toBe(1)
      await trio.master.kill()
      let round = 0
      await expect
        .poll(async () => {
          const key = `key ${++round}`
          expect(await ask(key)).toBe(`made for ${key}`)
          return (await cache.get(key))?.toString() === `made for ${key}`
        }, inTime)
        .toBe(true)
      expect(cache.figures().troubles).toEqual([])
    },
  )
})

async function filesIn(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => [])
  return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name))
}

async function bytesIn(folder: string): Promise<number> {
  const sizes = await Promise.all((await filesIn(folder)).map(async (path) => (await stat(path)).size))
  return sizes.reduce((total, size) => total + size, 0)
}

function fail(): never {
  throw new Error('There is none.')
}

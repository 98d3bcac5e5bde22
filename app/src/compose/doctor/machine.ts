import { access, constants, mkdir } from 'node:fs/promises'
import { arch, availableParallelism, freemem, platform, release, totalmem } from 'node:os'
import { join } from 'node:path'
import type { Config } from '../../platform/config/index.ts'
import { freeSentence, freeSpace, leastFree } from '../../platform/status/disk.ts'
import { bad, type Diagnosis, reasonOf, warning, well } from './diagnosis.ts'

/** The oldest Node.js that runs it. */
const oldestNode = [20, 19] as const

export function checkNode(version: string = process.versions.node): Diagnosis {
  const [major = 0, minor = 0] = version.split('.').map(Number)
  const [least, leastMinor] = oldestNode
  if (major > least || (major === least && minor >= leastMinor))
    return well('Node.js', `It is version ${version}.`)
  return bad('Node.js', `It is version ${version}.`, `Install ${least}.${leastMinor} or newer.`)
}

/** Bytes below which a large file or a report may end the program. */
const leastMemory = 1e9

export function checkMachine(memory = totalmem()): Diagnosis {
  const [all, free] = [memory, freemem()].map((bytes) => `${(bytes / 1e9).toFixed(1)} GB`)
  const message = `${platform()} ${release()} ${arch()}, ${availableParallelism()} core(s), ${all} of memory, ${free} of it free.`
  if (memory >= leastMemory) return well('machine', message)
  return warning('machine', message, 'Take one with 1 GB or more: database, server and worker share it.')
}

export async function checkHome({ home }: Pick<Config, 'home'>): Promise<Diagnosis> {
  try {
    await mkdir(join(home, 'logs'), { recursive: true })
    await access(home, constants.R_OK | constants.W_OK | constants.X_OK)
    return well('home', `${home} may be written to.`)
  } catch (error) {
    const advice = 'Set FACTOTUM_HOME to a folder where this user may write.'
    return bad('home', `${home} can't be used: ${reasonOf(error)}.`, advice)
  }
}

/** The share of the disk below which it is time to look for room. */
const little = 0.1

export async function checkDisk({ home }: Pick<Config, 'home'>): Promise<Diagnosis> {
  const space = await freeSpace(home)
  const message = freeSentence(space)
  const share = space.free / Math.max(space.all, 1)
  if (share <= leastFree)
    return bad('disk', message, 'Free some: uploads are refused, and the database stops when it is full.')
  if (share <= little) return warning('disk', message, 'Free some, or move FACTOTUM_HOME to a larger disk.')
  return well('disk', message)
}

/** The database's clock beside this machine's. */
export interface ClockReading {
  /** Milliseconds by which this machine is ahead. */
  ahead: number
  /** Half of the time that asking took: it may be wrong by as much. */
  within: number
}

/** Milliseconds that do no harm: all durations are measured on the database's clock. */
const harmless = 2_000

export function checkClock({ ahead, within }: ClockReading): Diagnosis {
  const far = Math.abs(ahead) - within
  const by = `${(Math.abs(ahead) / 1_000).toFixed(1)} s ${ahead > 0 ? 'ahead of' : 'behind'} the database's`
  if (far <= harmless) return well('clock', "This machine's clock and the database's agree.")
  const advice =
    'Let both keep time by NTP ("timedatectl set-ntp true"): codes of authenticator apps and times in logs depend on it.'
  return far > 30_000
    ? bad('clock', `This machine's clock is ${by}.`, advice)
    : warning('clock', `This machine's clock is ${by}.`, advice)
}

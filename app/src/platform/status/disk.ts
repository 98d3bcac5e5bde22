import { statfs } from 'node:fs/promises'
import type { Finding } from './index.ts'
import { failing } from './keeping.ts'

/** The least share of a disk that has to be free. */
export const leastFree = 0.02

/** Bytes that this user may still write to the disk of a folder, and all that it has. */
export async function freeSpace(folder: string): Promise<{ free: number; all: number }> {
  const { bavail, blocks, bsize } = await statfs(folder)
  return { free: bavail * bsize, all: blocks * bsize }
}

export async function diskCheck(folder: string): Promise<Finding> {
  const space = await freeSpace(folder)
  const message = freeSentence(space)
  return space.free > leastFree * space.all
    ? { state: 'ok', message }
    : failing(`${message} Free some, or nothing can be kept: uploads are refused, and the database stops.`)
}

export const freeSentence = ({ free, all }: { free: number; all: number }) =>
  `${((100 * free) / Math.max(all, 1)).toFixed(1)} % of the disk is free: ${inGigabytes(free)} of ${inGigabytes(all)}.`

const inGigabytes = (bytes: number) => `${(bytes / 1e9).toFixed(1)} GB`

import type { VNode } from 'preact'
import { bytes } from '../assets/format.js'

/** A size in decimal units, the exact one as its title. */
export function Bytes({ size }: { size: number | null }): VNode {
  if (size === null) return <span class="none">–</span>
  return <span title={`${size.toLocaleString('en')} bytes`}>{bytes(size)}</span>
}

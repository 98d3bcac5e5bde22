/** How far somebody read: a position in the series that the epoch names. */
export interface Cursor {
  epoch: string
  position: number
}

export const formatCursor = ({ epoch, position }: Cursor) => `${epoch}-${position}`

/** Null for what is no cursor. */
export function parseCursor(text: string): Cursor | null {
  const [, epoch, digits] = /^([0-9a-z]{1,32})-(\d{1,15})$/.exec(text) ?? []
  return epoch && digits ? { epoch, position: Number(digits) } : null
}

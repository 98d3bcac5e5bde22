import type { VNode } from 'preact'
import { Notice } from '../../../console/components/index.ts'
import type { StoredFile } from '../schema.ts'

/** Says that an upload has come; goes away by itself (`assets/remove-me.js`), as a refusal never does. */
export function Accepted({ file: { name } }: { file: StoredFile }): VNode {
  return (
    <div remove-me="6s" class="accepted">
      <Notice tone="good" title={`${name} was accepted.`} role="status">
        It is in the table below, where you see how far it is.
      </Notice>
    </div>
  )
}

declare module 'preact' {
  namespace JSX {
    interface HTMLAttributes {
      /** How long the element stays: seconds with `s`. */
      'remove-me'?: string
    }
  }
}

import type { ComponentChildren, VNode } from 'preact'

/**
 * A dialog that opens as soon as it is in the page, and is gone once closed. Answer it as a fragment to a link
 * with `hx-get`, `hx-target="#dialog"`; the same address answers a whole page without JavaScript.
 */
export function Dialog({ title, children }: { title: string; children: ComponentChildren }): VNode {
  return (
    <dialog class="dialog" data-dialog aria-labelledby="dialog-title">
      <header class="dialog-head">
        <h2 id="dialog-title">{title}</h2>
        <form method="dialog">
          <button type="submit" class="button button-plain">
            Close
          </button>
        </form>
      </header>
      <div class="dialog-body">{children}</div>
    </dialog>
  )
}

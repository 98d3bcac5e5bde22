import type { ComponentChildren, VNode } from 'preact'

export interface EmptyProps {
  /** `nothing` yet · no `match` · all `clear` · no `permission` · not `connected`: they look and read differently. */
  kind: 'nothing' | 'match' | 'clear' | 'permission' | 'connected'
  title: string
  children?: ComponentChildren
  /** The first thing to do, or the way back. */
  action?: VNode
}

/** What stands where there is nothing to list. */
export function Empty({ kind, title, children, action }: EmptyProps): VNode {
  return (
    <div class={`empty empty-${kind}`}>
      <svg class="empty-sign" viewBox="0 0 24 24" width="24" height="24" aria-hidden="true">
        {signs[kind]}
      </svg>
      <div>
        <p class="empty-title">{title}</p>
        {children ? <p class="empty-text">{children}</p> : null}
        {action ? <div class="empty-action">{action}</div> : null}
      </div>
    </div>
  )
}

const signs: Record<EmptyProps['kind'], VNode> = {
  nothing: <path d="M5 3.75h9.5l4.5 4.5v12H5zM14.5 3.75v4.5H19M8.5 13h7m-7 3.5h4" />,
  match: <path d="M10.5 4.25a6.25 6.25 0 1 1 0 12.5 6.25 6.25 0 0 1 0-12.5zm4.6 10.9 4.9 4.9M8 10.5h5" />,
  clear: <path d="M12 3.75a8.25 8.25 0 1 1 0 16.5 8.25 8.25 0 0 1 0-16.5zM8.25 12.25l2.75 2.75 5-5.75" />,
  permission: <path d="M6.25 10.75h11.5v9H6.25zm2.5 0V8a3.25 3.25 0 0 1 6.5 0v2.75M12 14.25v2" />,
  connected: <path d="M4 9.5a12 12 0 0 1 16 0M7 13a7.5 7.5 0 0 1 10 0m-5 4.5h.01M4 4l16 16" />,
}

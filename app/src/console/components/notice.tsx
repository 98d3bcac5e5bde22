import type { ComponentChildren, VNode } from 'preact'

export interface NoticeProps {
  tone?: 'bad' | 'warn' | 'good' | 'plain'
  /** What happened; the children say what it means and what to do. */
  title?: ComponentChildren
  children?: ComponentChildren
  /** Read out when it comes: `alert` at once for a refusal, `status` in a pause for a confirmation. */
  role?: 'alert' | 'status'
  id?: string
}

const words = { bad: 'Error', warn: 'Warning', good: 'Done', plain: 'Note' }

/** A message with a rule in its colour at the left, its kind said in a word. */
export function Notice({ tone = 'plain', title, children, role, id }: NoticeProps): VNode {
  return (
    <div class={`notice notice-${tone}`} role={role} id={id}>
      <span class="hidden">{words[tone]}: </span>
      {title ? <strong class="notice-title">{title}</strong> : null}
      {children ? <div class="notice-text">{children}</div> : null}
    </div>
  )
}

import type { ComponentChildren, VNode } from 'preact'

export interface Column {
  label: string
  /** Numbers and times stand at the right. */
  end?: boolean
  /** Left out where the table has little room, and so are its cells. */
  minor?: boolean
  /** Seen by screen readers only: a column of buttons needs no visible head. */
  hidden?: boolean
}

export interface TableProps {
  /** What the table lists; read out, not shown. */
  caption: string
  columns: Column[]
  /** `Row`s. */
  children: ComponentChildren
  /** Rows of 32 px instead of 40. */
  compact?: boolean
  id?: string
}

/** A table that becomes cards on a phone. Roles are given because `display` takes a table's own away. */
export function Table({ caption, columns, children, compact = false, id }: TableProps): VNode {
  return (
    // biome-ignore-start lint/a11y/noRedundantRoles: `display: block` on a phone removes the native roles.
    <table class={compact ? 'table table-compact' : 'table'} role="table" id={id}>
      <caption class="hidden">{caption}</caption>
      <thead role="rowgroup">
        <tr role="row">
          {columns.map(({ label, end, minor, hidden }) => (
            <th scope="col" role="columnheader" class={classes({ end, minor })} key={label}>
              {hidden ? <span class="hidden">{label}</span> : label}
            </th>
          ))}
        </tr>
      </thead>
      <tbody role="rowgroup">{children}</tbody>
    </table>
    // biome-ignore-end lint/a11y/noRedundantRoles: see above
  )
}

export interface RowProps {
  /** An element id, so that focus survives a swap: `job-77`. */
  id?: string
  /** The subject whose events replace this row: `job:77`. */
  live?: string
  /** Where the row's new HTML is: answers one `<tr>` of the same id. */
  source?: string
  children: ComponentChildren
}

/** A row; with `live` and `source` it replaces itself when its subject changes. */
export function Row({ id, live, source, children }: RowProps): VNode {
  return (
    <tr
      id={id}
      // biome-ignore lint/a11y/noRedundantRoles: see Table
      role="row"
      {...(live && source
        ? { 'data-live': live, 'hx-get': source, 'hx-trigger': 'live', 'hx-swap': 'outerHTML' }
        : {})}
    >
      {children}
    </tr>
  )
}

export interface CellProps {
  /** The column's label, for the card on a phone; `''` for a cell of buttons. */
  label: string
  end?: boolean
  /** As its column. */
  minor?: boolean
  /** The row's name: its first cell, in a card its heading. */
  main?: boolean
  /** The row's state: in a card beside the heading. */
  side?: boolean
  children?: ComponentChildren
}

export function Cell({ label, end, minor, main, side, children }: CellProps): VNode {
  return (
    <td
      // biome-ignore lint/a11y/noRedundantRoles: see Table
      role="cell"
      class={classes({ end, minor, main, side, act: label === '' })}
      data-label={label || undefined}
    >
      {children}
    </td>
  )
}

function classes(flags: Record<string, boolean | undefined>): string | undefined {
  return (
    Object.keys(flags)
      .filter((name) => flags[name])
      .join(' ') || undefined
  )
}

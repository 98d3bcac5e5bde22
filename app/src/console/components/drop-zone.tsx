import type { ComponentChildren, VNode } from 'preact'
import { Button } from './button.tsx'
import { Form } from './form.tsx'

export interface DropZoneProps {
  id: string
  /** Where the form is sent, as multipart with the field `file`. */
  action: string
  /** "Drop a CSV file here" */
  title: string
  /** Under it: what is accepted. */
  children?: ComponentChildren
  /** For the file dialog: `.csv,text/csv`. */
  accept?: string
  /** The verb on the button that sends without JavaScript. */
  send: string
  /** With JavaScript: where the answer goes, and how. Default: into the zone's own message line. */
  target?: string
  swap?: string
}

/**
 * A form with one file. Without JavaScript: choose, then send. With it: a drop or a choice sends at once, and
 * the bar shows the bytes that have gone.
 */
export function DropZone({
  id,
  action,
  title,
  children,
  accept,
  send,
  target,
  swap = 'innerHTML',
}: DropZoneProps): VNode {
  return (
    <Form
      id={id}
      class="drop"
      action={action}
      encType="multipart/form-data"
      data-drop
      hx-post={action}
      hx-encoding="multipart/form-data"
      hx-target={target ?? `#${id}-message`}
      hx-swap={swap}
      hx-trigger="submit"
    >
      <label class="drop-label" for={`${id}-file`}>
        <svg class="drop-sign" viewBox="0 0 24 24" width="24" height="24" aria-hidden="true">
          <path d="M12 15.5V4.75m0 0L7.75 9M12 4.75 16.25 9M4.75 14.5v4.75h14.5V14.5" />
        </svg>
        <span class="drop-title">{title}</span>
        {children ? <span class="drop-text">{children}</span> : null}
      </label>
      <input class="drop-file" id={`${id}-file`} type="file" name="file" accept={accept} required />
      <div class="drop-send">
        <Button>{send}</Button>
      </div>
      <progress class="drop-progress" max="1" value="0" aria-label="Upload" hidden />
      <span class="drop-sent" />
      <div class="drop-message" id={`${id}-message`} role="status" />
    </Form>
  )
}

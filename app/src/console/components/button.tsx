import type { ComponentChildren, VNode } from 'preact'
import type { Permission } from '../../platform/accounts/permissions.ts'
import { usePerson } from '../person.ts'
import { Form } from './form.tsx'

export interface ButtonProps {
  /** `main` is the page's one action; `danger` ends or removes something. */
  tone?: 'main' | 'plain' | 'danger'
  children: ComponentChildren
  name?: string
  value?: string
  id?: string
}

/** A verb: "Retry 12 jobs", never "OK". Submits the form around it. */
export function Button({ tone = 'plain', children, ...rest }: ButtonProps): VNode {
  return (
    <button type="submit" class={`button button-${tone}`} {...rest}>
      {children}
    </button>
  )
}

/** A link that looks like a button, for the action that leads elsewhere. */
export function ButtonLink({
  tone = 'plain',
  href,
  children,
}: {
  tone?: 'main' | 'plain'
  href: string
  children: ComponentChildren
}): VNode {
  return (
    <a class={`button button-${tone}`} href={href}>
      {children}
    </a>
  )
}

export interface PostButtonProps extends ButtonProps {
  /** Where the form is sent. Without JavaScript the answer is a page. */
  action: string
  /** With JavaScript: the CSS selector of what the answered fragment replaces. */
  target?: string
  /** Hidden fields. */
  fields?: Record<string, string>
  /** There only for who has this; default: for everybody. */
  needs?: Permission
}

/** A button that does something on the server: a form of its own. */
export function PostButton({ action, target, fields = {}, needs, ...button }: PostButtonProps): VNode | null {
  const { may } = usePerson()
  if (needs && !may(needs)) return null
  return (
    <Form
      class="inline-form"
      action={action}
      {...(target
        ? { 'hx-post': action, 'hx-target': target, 'hx-swap': 'outerHTML', 'hx-disabled-elt': 'find button' }
        : {})}
    >
      {Object.entries(fields).map(([name, value]) => (
        <input type="hidden" name={name} value={value} key={name} />
      ))}
      <Button {...button} />
    </Form>
  )
}

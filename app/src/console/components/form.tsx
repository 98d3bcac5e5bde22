import type { ComponentProps, VNode } from 'preact'
import { tokenField } from '../../platform/http/index.ts'
import { usePerson } from '../person.ts'

/**
 * A form that changes something: whoever sends it shows by its token that our page made it. The token stands
 * first, so that it comes before a file. Firefox would put an old one back after a reload: hence `autocomplete`.
 */
export function Form({ children, ...rest }: ComponentProps<'form'>): VNode {
  const { formToken } = usePerson()
  return (
    <form method="post" {...rest}>
      {formToken ? <input type="hidden" name={tokenField} value={formToken} autocomplete="off" /> : null}
      {children}
    </form>
  )
}

import type { VNode } from 'preact'
import { usePerson } from '../person.ts'

export interface CountProps {
  value: number
  /** "1 job", "1,204 jobs" */
  one?: string
  many?: string
  /** An element id: the number rolls to its next value when its surroundings are replaced. */
  roll?: string
}

/** A number in the person's locale. */
export function Count({ value, one, many = one && `${one}s`, roll }: CountProps): VNode {
  const { locale } = usePerson()
  const text = new Intl.NumberFormat(locale).format(value)
  if (roll)
    return (
      <span id={roll} data-roll={value}>
        {text}
      </span>
    )
  return <>{one ? `${text} ${value === 1 ? one : many}` : text}</>
}

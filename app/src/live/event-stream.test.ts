import fc from 'fast-check'
import { expect, test } from 'vitest'
import { formatEvent } from './event-stream.ts'

test('an event is written as the standard reads it', () => {
  expect(formatEvent({ event: 'handlingStatusChanged', id: 'e-1', data: '<table>\n</table>' })).toBe(
    'event: handlingStatusChanged\nid: e-1\ndata: <table>\ndata: </table>\n\n',
  )
  expect(formatEvent({ data: '' })).toBe('data: \n\n')
})

test('whatever the data holds, it ends nothing but itself', () => {
  fc.assert(
    fc.property(
      fc
        .array(fc.constantFrom('\n', '\r', '\r\n', 'a', ' ', ':', 'data: x', 'é'))
        .map((parts) => parts.join('')),
      (data) => {
        const text = formatEvent({ data })
        expect(text.endsWith('\n\n')).toBe(true)
        const lines = text.slice(0, -2).split('\n')
        expect(lines.every((line) => line.startsWith('data: '))).toBe(true)
        expect(lines.map((line) => line.slice(6))).toEqual(data.split(/\r\n|\r|\n/))
      },
    ),
  )
})

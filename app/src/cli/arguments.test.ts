import { describe, expect, it } from 'vitest'
import { readArguments } from './arguments.ts'
import { type Command, UsageError } from './command.ts'
import { concurrency, features, queues, workerRole } from './options.ts'

const command: Command = {
  summary: 'A command.',
  options: { queues, concurrency, features, loud: { meaning: 'A flag.' } },
  run: async () => 0,
}
const read = (...args: string[]) => readArguments('start', command, args)

describe('The words behind a command', () => {
  it('are its options', () => {
    const given = read('--queues', 'a,b', '--concurrency=3', '--loud')
    expect([...given]).toEqual([
      ['queues', 'a,b'],
      ['concurrency', '3'],
      ['loud', ''],
    ])
    expect(workerRole(given)).toEqual({ queues: ['a', 'b'], concurrency: 3 })
  })

  it.each([
    [['--queue', 'a'], '"factotum start" has no option --queue. Did you mean "--queues"?'],
    [['--xyz'], '"factotum start" has no option --xyz. See "factotum help".'],
    [['-q'], '"factotum start" has no option -q.'],
    [['now'], '"factotum start" takes no "now". See "factotum help".'],
    [['--queues'], '--queues needs a value, as in --queues a,b.'],
    [['--queues='], '--queues needs a value, as in --queues a,b.'],
    [['--loud=yes'], '--loud takes no value.'],
  ])('%j are refused in a sentence', (args, sentence) => {
    expect(() => read(...args)).toThrow(UsageError)
    expect(() => read(...args)).toThrow(sentence)
  })

  it('may be one that the command asks for, and then it is needed', () => {
    const link: Command = { ...command, operand: 'EMAIL' }
    const readLink = (...args: string[]) => readArguments('accounts link', link, args)
    expect(readLink('ada@example.org').get('EMAIL')).toBe('ada@example.org')
    expect(() => readLink()).toThrow('needs an EMAIL, as in "factotum accounts link EMAIL".')
    expect(() => readLink('a@b.org', 'c@d.org')).toThrow('"factotum accounts link" takes no "c@d.org".')
  })

  it.each(['0', '1.5', '-1', 'many', '1001'])('refuse %s jobs at a time', (count) => {
    expect(() => workerRole(read(`--concurrency=${count}`))).toThrow('a whole number from 1 to 1000')
  })

  it('refuse a queue without a name', () => {
    expect(() => workerRole(read('--queues', 'a,,b'))).toThrow('--queues takes names')
  })
})

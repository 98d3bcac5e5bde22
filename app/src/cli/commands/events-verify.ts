import type { Verification } from '../../eventlog/index.ts'
import type { Command } from '../command.ts'
import { settings } from '../settings.ts'

/** Lines of findings that are printed; the rest is counted. */
const mostLines = 100

export const eventsVerify: Command = {
  summary:
    'Proves the event log; tells every row that was changed, removed or cut off, and then ends with 1.',
  options: {},
  async run() {
    const { verifyEventLog } = await import('../../compose/verify-events.ts')
    let lines = 0
    const seen = await verifyEventLog(settings(), ({ message }) => {
      if (++lines <= mostLines) console.log(message)
    })
    if (lines > mostLines) console.log(`… and ${lines - mostLines} more.`)
    console.log(sentence(seen))
    return seen.findings > 0 ? 1 : 0
  },
}

function sentence({ rows, subjects, exports, findings, anotherKey }: Verification): string {
  const looked = `${many(rows, 'event')} of ${many(subjects, 'subject')} and ${many(exports, 'exported file')}`
  if (findings === 0) return `The event log is as it was written: ${looked}.`
  if (anotherKey) {
    return `Nothing of ${looked} can be proved: SECRET_KEY is probably another than when they were written. Set the one that was.`
  }
  return `The event log is not as it was written: ${many(findings, 'finding')} in ${looked}.`
}

const many = (count: number, what: string) => `${count} ${what}${count === 1 ? '' : 's'}`

import { connect } from '../../database/index.ts'
import { countCalls } from '../windows.ts'

// A process that makes many calls at once, and tells how many were allowed.

const [url = '', client = '', calls = '0', hourly = '0', daily = '0'] = process.argv.slice(2)
const database = connect(url)
const count = countCalls(database.pool)
const limits = { hourly: Number(hourly), daily: Number(daily) }
const counted = await Promise.all(Array.from({ length: Number(calls) }, () => count(client, limits)))
process.send?.(counted.filter(({ allowed }) => allowed).length)
await database.close()
process.disconnect()

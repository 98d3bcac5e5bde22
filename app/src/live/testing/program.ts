/* A process of its own that takes part in sequencing, for tests that kill it: `program.ts URL`. */
import pg from 'pg'
import { createLive } from '../index.ts'
import { logInto } from './bus.ts'

const [, , url = ''] = process.argv
const pool = new pg.Pool({ connectionString: url })
pool.on('error', () => {})
const live = createLive({ pool, listenUrl: url, log: logInto([]) })
await live.start()

// A test that ends without killing it takes it along.
process.stdin.resume()
process.stdin.on('end', () => process.exit())

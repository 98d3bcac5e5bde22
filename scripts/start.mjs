// `npm start`: from a bare clone to a running server. Arguments after `--` go to `factotum start`.
import { installMissing } from './install.mjs'

installMissing({ development: false })
process.argv.splice(2, 0, 'start')
await import('../app/bin/factotum.js')

#!/usr/bin/env node
// Runs the program from its sources, from any folder: tsx reads TypeScript, and finds the workspaces by the
// `paths` of the root's tsconfig.json.
import { fileURLToPath } from 'node:url'
import { register } from 'tsx/esm/api'

// Once tsx is there each module is asked of it, in another thread; these are hundreds, and hold no TypeScript.
const manyModules = ['typebox', 'drizzle-orm', 'drizzle-orm/node-postgres', 'drizzle-orm/pg-core']
const roles = ['start', 'web', 'worker', 'scheduler']
if (roles.includes(process.argv[2])) await Promise.all(manyModules.map((name) => import(name)))

process.env.TSX_TSCONFIG_PATH = fileURLToPath(new URL('../tsconfig.run.json', import.meta.url))
register()
const { main } = await import('../src/cli/main.ts')
process.exit(await main(process.argv.slice(2)))

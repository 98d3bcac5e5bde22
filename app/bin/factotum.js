#!/usr/bin/env node
// Runs the program from its sources, from any folder: tsx reads TypeScript, and finds the workspaces by the
// `paths` of the root's tsconfig.json.
import { fileURLToPath } from 'node:url'
import { register } from 'tsx/esm/api'

process.env.TSX_TSCONFIG_PATH = fileURLToPath(new URL('../tsconfig.run.json', import.meta.url))
register()
const { main } = await import('../src/cli/main.ts')
process.exit(await main(process.argv.slice(2)))

export { PortTaken } from './listening.ts'
export { type Program, type ProgramOptions, type Roles, startProgram } from './program.ts'
export { announce, findRunning, type Running } from './running.ts'
export type { WorkerRole } from './worker.ts'

import { cancels } from './checks/cancels.ts'
import { crashes } from './checks/crashes.ts'
import { debounce } from './checks/debounce.ts'
import { due } from './checks/due.ts'
import { fires } from './checks/fires.ts'
import { flows } from './checks/flows.ts'
import { limits } from './checks/limits.ts'
import { outcomes } from './checks/outcomes.ts'
import { owners } from './checks/owners.ts'
import { serial } from './checks/serial.ts'
import { stored } from './checks/stored.ts'
import { unique } from './checks/unique.ts'
import type { Finding } from './findings.ts'
import type { History, Rules } from './history.ts'

const checks = [
  stored,
  owners,
  outcomes,
  cancels,
  serial,
  limits,
  unique,
  debounce,
  due,
  flows,
  fires,
  crashes,
]

/** Every promise that the history shows broken; none where all were kept, as far as the history shows. */
export function check(history: History, rules: Rules = {}): Finding[] {
  return checks.flatMap((one) => one(history, rules))
}

import { defineEvents } from '../define.ts'

/** What a code may ask of a case. */
export interface SampleCase {
  provider: string | null
}

const shared = { type: 'outcome', level: 'HIGH', stopsTimer: false } as const

export const rejectCase = defineEvents({
  key: 'reject_case',
  codes: {
    'MIS-OOS': {
      ...shared,
      selectableBy: [],
      description: 'Misdiagnosed, out of scope',
      order: 10,
      setRequiresActionBy: null,
    },
    COI: {
      ...shared,
      selectableBy: ['specialist'],
      description: 'Conflict of interest',
      stopsTimer: true,
      order: 30,
      setRequiresActionBy: 'operator',
    },
    DUPL: { ...shared, selectableBy: ['specialist'], description: 'Duplicate', order: 20 },
    WAIT: {
      ...shared,
      selectableBy: ['operator'],
      description: 'Somebody must look at it',
      setRequiresActionBy: ({ provider }: SampleCase) => (provider === null ? 'operator' : undefined),
    },
  },
  chooseCode: ({ isConflict }: { isConflict?: boolean }) => (isConflict ? 'COI' : undefined),
})

export const caseEvents = defineEvents({
  key: 'case',
  codes: {
    CASE_CREATED: {
      type: 'system',
      level: 'HIGH',
      selectableBy: [],
      description: 'Case made',
      stopsTimer: false,
      order: 10,
    },
    CASE_VIEWED: {
      type: 'system',
      level: 'MINOR',
      selectableBy: [],
      description: 'Case viewed',
      stopsTimer: false,
      order: 20,
    },
    DUPL: { ...shared, selectableBy: ['operator'], description: 'Entered twice', order: 30 },
    CALL_STARTED: {
      type: 'event',
      level: 'HIGH',
      selectableBy: ['operator'],
      description: 'Call begun',
      stopsTimer: false,
      order: 40,
    },
  },
})

import { defineEvents } from '../../eventlog/index.ts'

/** By whoever asks for it. */
const byPerson = { type: 'event', level: 'HIGH', selectableBy: [], stopsTimer: false } as const
/** By the job. */
const byProgram = { type: 'system', level: 'MODERATE', selectableBy: [], stopsTimer: false } as const

/** What happens to a file; the subject is `file` and its id. */
export const fileEvents = defineEvents({
  key: 'file',
  codes: {
    UPLOADED: { ...byPerson, description: 'File handed in', order: 10 },
    RUN_AGAIN: { ...byPerson, description: 'File to be processed again', order: 20 },
    PROCESSED: { ...byProgram, description: 'File processed', order: 30 },
    FAILED: { ...byProgram, description: 'File could not be processed', order: 40 },
    CANCELED: { ...byPerson, description: 'File canceled and its data deleted', order: 50 },
    REMOVED: { ...byPerson, description: 'File removed and its data deleted', order: 60 },
  },
})

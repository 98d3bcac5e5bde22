import { defineEvents } from '../../eventlog/index.ts'

const event = { type: 'event', selectableBy: [], stopsTimer: false } as const
/** Nobody who is known did it. */
const system = { type: 'system', selectableBy: [], stopsTimer: false } as const

/** Who came and who left; the subject is an `account`, by its id. */
export const signInEvents = defineEvents({
  key: 'sign_in',
  codes: {
    PASSWORD: { ...event, level: 'MINOR', description: 'Signed in with a password', order: 10 },
    CODE: { ...event, level: 'MINOR', description: 'Signed in with a password and a code', order: 20 },
    BACKUP_CODE: {
      ...event,
      level: 'MODERATE',
      description: 'Signed in with a password and a backup code, which is used up',
      order: 30,
    },
    PASSKEY: { ...event, level: 'MINOR', description: 'Signed in with a passkey', order: 40 },
    LINK: { ...event, level: 'MODERATE', description: 'Signed in by a link', order: 50 },
    PASSWORD_REFUSED: {
      ...system,
      level: 'MODERATE',
      description: 'Wrong password; told once in a quarter of an hour',
      order: 60,
    },
    CODE_REFUSED: {
      ...system,
      level: 'HIGH',
      description: 'Right password and wrong code; told once in a quarter of an hour',
      order: 70,
    },
    SHUT: {
      ...system,
      level: 'HIGH',
      description: 'Too many attempts: no password is looked at for a quarter of an hour',
      order: 80,
    },
    SIGNED_OUT: { ...event, level: 'MINOR', description: 'Signed out', order: 90 },
    SESSIONS_ENDED: { ...event, level: 'MODERATE', description: 'Sessions elsewhere ended', order: 100 },
  },
})

/** What happens to people and programs; the subject is an `account`, by its id. */
export const accountEvents = defineEvents({
  key: 'account',
  codes: {
    FIRST: { ...event, level: 'HIGH', description: 'Account of the first administrator made', order: 10 },
    INVITED: { ...event, level: 'HIGH', description: 'Invited', order: 20 },
    JOINED: { ...event, level: 'HIGH', description: 'Came for the first time', order: 30 },
    ROLE_CHANGED: { ...event, level: 'HIGH', description: 'Given another role', order: 40 },
    DEACTIVATED: { ...event, level: 'HIGH', description: 'Let in no more; all sessions ended', order: 50 },
    REACTIVATED: { ...event, level: 'HIGH', description: 'Let in again', order: 60 },
    LINK_SENT: { ...event, level: 'MODERATE', description: 'Link to come in by made and sent', order: 70 },
    LINK_PRINTED: {
      ...system,
      level: 'HIGH',
      description: 'Link to come in by printed where the program runs',
      order: 80,
    },
    PASSWORD_CHANGED: {
      ...event,
      level: 'HIGH',
      description: 'Password set; all other sessions ended',
      order: 90,
    },
    SECOND_FACTOR_ON: { ...event, level: 'HIGH', description: 'Authenticator app set up', order: 100 },
    SECOND_FACTOR_OFF: { ...event, level: 'HIGH', description: 'Authenticator app taken away', order: 110 },
    PASSKEY_ADDED: { ...event, level: 'HIGH', description: 'Passkey added', order: 120 },
    PASSKEY_REMOVED: { ...event, level: 'HIGH', description: 'Passkey removed', order: 130 },
    NAMED: { ...event, level: 'MODERATE', description: 'Given another name, or a first email', order: 140 },
  },
})

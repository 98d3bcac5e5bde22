import { elementId } from '../element-id.ts'

/** Where a schedule is; a name may hold anything. */
export const scheduleAddress = (name: string, verb?: 'run' | 'pause' | 'resume' | 'delete' | 'live') =>
  `/schedules/${encodeURIComponent(name)}${verb ? `/${verb}` : ''}`

export const scheduleId = (name: string) => elementId('schedule', name)

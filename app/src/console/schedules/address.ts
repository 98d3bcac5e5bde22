/** Where a schedule is; a name may hold anything. */
export const scheduleAddress = (name: string, verb?: 'run' | 'pause' | 'resume' | 'delete' | 'live') =>
  `/schedules/${encodeURIComponent(name)}${verb ? `/${verb}` : ''}`

/** An element id made of a name: letters and digits as they are, the rest by its number. */
export const scheduleId = (name: string) =>
  `schedule-${name.replace(/[^a-zA-Z0-9]/g, (sign) => `_${sign.charCodeAt(0).toString(16)}_`)}`

import type { Check, Finding } from '../findings.ts'

/** Each fire of a schedule made one job, and none between the first and the last is missing. */
export const fires: Check = ({ final }, { schedules = {} }) =>
  Object.entries(schedules).flatMap(([name, every]) => {
    const times = [...final.values()]
      .flatMap((job) => (job.name === name && job.call === null ? job.scheduledFor : []))
      .sort((a, b) => a - b)
    return times.flatMap((at, index): Finding[] => {
      const before = times[index - 1]
      if (before === undefined) return []
      const when = new Date(at).toISOString()
      if (at === before)
        return [{ kind: 'fired twice', text: `The schedule of ${name} fired twice for ${when}.` }]
      if (at - before !== every)
        return [
          {
            kind: 'fire missed',
            text: `The schedule of ${name} did not fire for ${at - before} ms before ${when}.`,
          },
        ]
      return []
    })
  })

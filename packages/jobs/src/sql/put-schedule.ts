/**
 * $1 name, $2 head, $3 args (JSON texts), $4 cron, $5 time zone, $6 missed, $7 its window in ms, $8 overlap,
 * $9 next fire or null. Replaces what stands under the name; one that is paused stays so. Where its times are as they
 * were it keeps its next fire: registered again after a time away, it still owes what it missed.
 */
export const putSchedule = (schema: string) => `
  with stored as (
    insert into ${schema}.schedule as s
      (name, head, args, cron, time_zone, missed, missed_window_ms, overlap, next_at)
    values ($1, $2::text::jsonb, $3::text::jsonb, $4, $5, $6, $7, $8, $9)
    on conflict (name) do update set
      head = excluded.head, args = excluded.args, cron = excluded.cron, time_zone = excluded.time_zone,
      missed = excluded.missed, missed_window_ms = excluded.missed_window_ms, overlap = excluded.overlap,
      next_at = case
        when s.paused then null
        when (s.cron, s.time_zone) = (excluded.cron, excluded.time_zone) then s.next_at
        else excluded.next_at end
    returning name
  )
  select count(pg_notify('${schema}', 'schedule ' || name)) from stored`

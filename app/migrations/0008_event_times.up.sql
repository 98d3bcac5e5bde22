-- The page of events shows a span of time, however many there are.
create index event_by_time on :schema.event (created_at, id);

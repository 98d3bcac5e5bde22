drop function :schema.sample_waits(timestamptz, integer);
drop function :schema.page_from(regclass, timestamptz);
drop table :schema.wait;

drop function :schema.event_lock;
drop table :schema.event_export;
drop table :schema.event_head;
drop table :schema.event;
drop function :schema.event_head_goes_on;
drop function :schema.event_stays;

drop index :schema.event_by_time;

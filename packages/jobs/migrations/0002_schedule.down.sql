drop table :schema.schedule;

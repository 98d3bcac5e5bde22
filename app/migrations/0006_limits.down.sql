drop table :schema.call_limit;

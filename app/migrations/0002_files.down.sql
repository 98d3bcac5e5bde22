drop table :schema.file_column;
drop table :schema.file;

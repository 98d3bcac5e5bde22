drop table :schema.setting_file;
drop table :schema.setting;

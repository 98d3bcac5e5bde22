drop function :schema.enqueue_after, :schema.settle_rest, :schema.settle;
drop table :schema.step, :schema.dependency;

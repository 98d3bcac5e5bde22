drop view :schema.status;
drop function :schema.rescue, :schema.tend, :schema.complete, :schema.claim, :schema.enqueue, :schema.wake,
  :schema.from_micros, :schema.micros;
drop table :schema.minute, :schema.tally, :schema.worker, :schema.queue, :schema.change, :schema.log, :schema.progress,
  :schema.failed, :schema.done, :schema.argument, :schema.job;
drop sequence :schema.token;

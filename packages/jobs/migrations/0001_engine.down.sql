drop view :schema.status;
drop function :schema.rescue, :schema.tend, :schema.complete, :schema.unblock, :schema.claim_strict, :schema.room, :schema.claim,
  :schema.strict_lock, :schema.enqueue_unique, :schema.enqueue, :schema.make_strict, :schema.wake,
  :schema.from_micros, :schema.micros;
drop table :schema.start, :schema.minute, :schema.tally, :schema.worker, :schema.queue, :schema.change, :schema.log, :schema.progress,
  :schema.failed, :schema.done, :schema.argument, :schema.job;
drop sequence :schema.token;

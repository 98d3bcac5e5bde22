export type { CleaningHeldBack, JobAlarm, JobAlarmCode } from './alarms.ts'
export type {
  DrizzleClient,
  KyselyClient,
  KyselyStatement,
  PostgresClient,
  PrismaClientLike,
  SqlClient,
  TransactionClient,
} from './clients.ts'
export { type CurrentJob, currentJob } from './current-job.ts'
export type { JobCalls, JobDefinition } from './definition.ts'
export type { StopOptions } from './engine.ts'
export { JobError, type JobErrorCode, jobErrorSentences } from './errors.ts'
export type { JobEventName, JobEvents, JobListener, JobNews } from './events.ts'
export type * from './figure-shapes.ts'
export type { JobHandle } from './handle.ts'
export type { JobHealth } from './health.ts'
export type { HealthLimits } from './health-limits.ts'
export type { Retention } from './history.ts'
export type { EnqueueCall, Hooks, RunCall } from './hooks.ts'
export type * from './job-filter.ts'
export { JobManager } from './job-manager.ts'
export type * from './job-options.ts'
export type * from './job-status.ts'
export type { PageOptions } from './list.ts'
export type { JobManagerOptions, NewWorkerOptions } from './manager-options.ts'
export type { JobMetrics } from './metrics.ts'
export type { SchedulePut } from './put-schedule.ts'
export type * from './queue-limits.ts'
export type { HandlerModule } from './sandbox/handler-module.ts'
export type { ScheduleOptions } from './schedule.ts'
export type { Scheduler } from './scheduler.ts'
export type { Schedule, ScheduledRun } from './schedules.ts'
export type { ArgsSchema, SchemaInput, SchemaOutput } from './schema.ts'
export type { StandardSchemaIssue, StandardSchemaResult, StandardSchemaV1 } from './standard-schema.ts'
export type * from './types.ts'
export type { Worker } from './worker/worker.ts'

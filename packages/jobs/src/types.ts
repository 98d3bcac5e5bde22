/*
 * Glossary
 *
 * Job        one call of a handler, stored: its arguments, options, state and, in the end, its result or error.
 * Handler    the function that does a job's work. A definition without one can only enqueue.
 * Queue      a name by which workers choose what they run. Made by its first job.
 * Worker     a program's loop that claims jobs and runs their handlers, `concurrency` at a time.
 * Claim      taking a job for one worker. Each claim has a token, new each time and never used again.
 * Fencing    every write about a running job names its token, and does nothing once another claim holds the job.
 * Attempt    one run that ended by itself, well or badly. A worker's death is none.
 * Floor      the lower bound from which a claim begins to look, so that it passes over dead index entries.
 * Hot table  the jobs that have not ended. History: the ended ones, in partitions by day.
 * Parent     a job that another, its child, waits for; while it does it is deferred.
 * Step       a part of a handler's work whose answer is kept, so that a later attempt does not repeat it.
 * Parked     ready, but no worker has a handler for its name.
 * Blocked    ready, but another job holds its serial key, or the limit of its limit key is reached.
 * Strict     a queue with keys or limits: claimed under a lock, one worker at a time, and nothing ahead.
 * Beat       the counter by which a worker shows that it lives.
 * Followed   somebody watches this job: its changes are kept for whoever carries them on.
 * Sandbox    a thread or a process of a worker in which handlers run one at a time, kept warm for the next.
 * Schedule   a rule in time that enqueues a job at each fire.
 */

/** What JSON can hold: arguments, results and messages are made of it. */
export type Json = string | number | boolean | null | Json[] | { [key: string]: Json }

/** Milliseconds, `'10s'`-style text (`ms`, `s`, `m`, `h`, `d`), or parts that are added up. */
export type Duration = number | string | { days?: number; hours?: number; minutes?: number; seconds?: number }

/** `docs/states.md` draws every arrow between them. */
export type JobState = 'scheduled' | 'queued' | 'started' | 'finished' | 'failed' | 'canceled' | 'deferred'

/** How a canceled job was stopped. `terminated` needs a sandbox. */
export type CanceledHow = 'before_start' | 'cooperative' | 'terminated' | 'disowned'

/** Durable, modest in memory, and out of reach from other machines. */
const defaults: Record<string, string> = {
  max_connections: '200',
  shared_buffers: '128MB',
  maintenance_work_mem: '64MB',
  max_wal_size: '1GB',
  fsync: 'on',
  synchronous_commit: 'on',
  full_page_writes: 'on',
  timezone: 'UTC',
  log_timezone: 'UTC',
  lc_messages: 'C',
  log_checkpoints: 'off',
  logging_collector: 'off',
  log_destination: 'stderr',
}

/** Arguments of the `postgres` program. */
export function serverArguments(data: string, port: number, settings: Record<string, string>): string[] {
  const all = {
    ...defaults,
    ...settings,
    listen_addresses: '127.0.0.1',
    unix_socket_directories: '',
    port: String(port),
  }
  return ['-D', data, ...Object.entries(all).flatMap(([name, value]) => ['-c', `${name}=${value}`])]
}

/**
 * The environment of the server's programs: nothing of the caller's. A `PGOPTIONS` or a locale that this
 * machine lacks would change or stop them.
 */
export const serverEnvironment = { PATH: process.env.PATH ?? '/usr/bin:/bin', LC_ALL: 'C', TZ: 'UTC' }

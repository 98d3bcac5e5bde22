/** A server on which jobs are kept. */
export interface Store {
  /**
   * Version, and the settings that decide durability and speed.
   *
   * @throws Error where an acknowledged write could be lost
   */
  describe(): Promise<string>
  /** Runs work on an empty database of its own, and drops it. */
  withEmpty<T>(work: (url: string) => Promise<T>): Promise<T>
  stop(): Promise<void>
}

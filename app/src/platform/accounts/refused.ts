/** Waits for a call of better-auth; answers the code of its refusal instead of throwing it. */
export async function refusedOr<T>(call: Promise<T>): Promise<{ done: T } | { refused: string }> {
  try {
    return { done: await call }
  } catch (error) {
    // Loaded by better-auth, when it is; the program's start is not to wait for it.
    const { APIError } = await import('better-call')
    if (!(error instanceof APIError) || error.statusCode >= 500) throw error
    return { refused: String(error.body?.code ?? error.status) }
  }
}

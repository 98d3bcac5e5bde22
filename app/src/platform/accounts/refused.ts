import { APIError } from 'better-call'

/** Waits for a call of better-auth; answers the code of its refusal instead of throwing it. */
export async function refusedOr<T>(call: Promise<T>): Promise<{ done: T } | { refused: string }> {
  try {
    return { done: await call }
  } catch (error) {
    if (!(error instanceof APIError) || error.statusCode >= 500) throw error
    return { refused: String(error.body?.code ?? error.status) }
  }
}

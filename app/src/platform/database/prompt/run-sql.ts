import pg from 'pg'
import { resultText } from './result-text.ts'

/** Values as the server writes them. */
const asText = { getTypeParser: () => (value: string | null) => value }

/**
 * Runs statements and answers what they answered, as text. Several at once are one transaction, unless they say
 * otherwise: one that fails takes back those before it.
 *
 * @throws Error of the database, with the line where it knows it
 */
export async function runSql(client: pg.Client, text: string): Promise<string> {
  try {
    const query = { text, rowMode: 'array' as const, types: asText }
    const answered = await client.query<(string | null)[]>(query)
    return [answered]
      .flat()
      .filter(({ command, fields }) => command !== null || fields.length > 0)
      .map(resultText)
      .join('\n\n')
  } catch (error) {
    throw error instanceof pg.DatabaseError ? new Error(explained(error, text), { cause: error }) : error
  }
}

function explained({ message, detail, hint, position }: pg.DatabaseError, text: string): string {
  const before = position === undefined ? undefined : text.slice(0, Number(position) - 1)
  const line = before === undefined ? undefined : before.split('\n').length
  return [
    `ERROR: ${message}`,
    line === undefined ? undefined : `Line ${line}: ${text.split('\n')[line - 1]?.trim()}`,
    detail && `Detail: ${detail}`,
    hint && `Hint: ${hint}`,
  ]
    .filter(Boolean)
    .join('\n')
}

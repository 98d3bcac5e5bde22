import type { FastifyRequest } from 'fastify'
import type { VNode } from 'preact'
import { Button, Form } from './components/index.ts'
import { localPath } from './local-path.ts'

/** What is not shown again, and typed again. */
const isSecret = (name: string) => /passw|passphrase|secret|token|otp/i.test(name)

/** What a page noted beside its fields: it goes again as it came. */
const isUnseen = (name: string) => name.startsWith('seen.')

type FormRequest = Pick<FastifyRequest, 'url' | 'body' | 'routeOptions'>

/**
 * A form that was not taken, once more: with what was typed, and a token that holds now. Files are chosen again,
 * which browsers demand.
 */
export function RepeatForm({ request: { url, body, routeOptions } }: { request: FormRequest }): VNode {
  const { fileField } = routeOptions.config
  return (
    <Form
      class="repeat-form"
      action={localPath(url)}
      {...(fileField ? { encType: 'multipart/form-data' } : {})}
    >
      {typedIn(body).map(({ name, value }, index) => (
        <Typed name={name} value={value} id={`repeat-${index}`} key={`${name}-${index}`} />
      ))}
      {fileField ? (
        <div class="field">
          <label for="repeat-file">File</label>
          <input class="input" id="repeat-file" type="file" name={fileField} required />
        </div>
      ) : null}
      <div class="buttons">
        <Button tone="main" id="repeat-send">
          Send it again
        </Button>
      </div>
    </Form>
  )
}

interface TypedProps {
  name: string
  value: string
  id: string
}

function Typed({ name, value, id }: TypedProps): VNode {
  if (isUnseen(name)) return <input type="hidden" name={name} value={value} />
  return (
    <div class="field">
      <label for={id}>{labelOf(name)}</label>
      {value.includes('\n') ? (
        <textarea class="input" id={id} name={name} rows={6}>
          {value}
        </textarea>
      ) : (
        <input
          class="input"
          id={id}
          name={name}
          {...(isSecret(name) ? { type: 'password', required: true } : { type: 'text', value })}
        />
      )}
    </div>
  )
}

/** A form's fields as `formFields` reads them: what was there several times stays so. */
function typedIn(body: unknown): { name: string; value: string }[] {
  if (typeof body !== 'object' || body === null) return []
  return Object.entries(body).flatMap(([name, values]) =>
    [values].flat().map((value) => ({ name, value: String(value) })),
  )
}

const labelOf = (name: string) => name.charAt(0).toUpperCase() + name.slice(1).replaceAll('_', ' ')

import type { VNode } from 'preact'
import { Button, Form, SelectField, TextField } from '../../../console/components/index.ts'
import { usePerson } from '../../../console/person.ts'
import { encodings, type Reading } from '../profile/report.ts'
import type { StoredFile } from '../schema.ts'

/** Corrects how the file is read. What is left on "found out" is. */
export function RunAgainForm({ file, reading }: { file: StoredFile; reading: Reading | null }): VNode | null {
  const { may } = usePerson()
  const { settings } = file
  if (!may('files.upload')) return null
  const found = { value: '', label: 'Found out' }
  return (
    <details class="run-again" id="run-again">
      <summary>Read it differently</summary>
      <Form action={`/processing_file/${file.id}/run/`} class="run-again-form">
        <SelectField
          name="encoding"
          label="Encoding"
          value={settings.encoding ?? ''}
          options={[found, ...encodings.map((each) => ({ value: each, label: each }))]}
        />
        <TextField
          name="delimiter"
          label="Delimiter"
          hint={`One character, or "tab". Found: ${reading?.delimiter === '\t' ? 'tab' : (reading?.delimiter ?? 'nothing')}`}
          value={settings.delimiter === '\t' ? 'tab' : settings.delimiter}
        />
        <TextField
          name="quote"
          label="Quote"
          hint='One character, or "none"'
          value={settings.quote === null ? 'none' : settings.quote}
        />
        <SelectField
          name="header"
          label="First row"
          value={settings.header === undefined ? '' : String(settings.header)}
          options={[
            found,
            { value: 'true', label: 'Names of the columns' },
            { value: 'false', label: 'Data' },
          ]}
        />
        <Button>Run it again</Button>
      </Form>
    </details>
  )
}

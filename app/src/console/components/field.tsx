import type { ComponentChildren, VNode } from 'preact'

export interface FieldProps {
  /** Also the field's id. */
  name: string
  label: string
  /** Under the label, before one types. */
  hint?: ComponentChildren
  /** What is wrong and what is allowed. */
  error?: string | undefined
}

interface TextFieldProps extends FieldProps {
  value?: string | undefined
  type?: 'text' | 'search' | 'number'
  placeholder?: string
  required?: boolean
  /** What the browser may fill in: `name`, `one-time-code`, `off` … */
  autocomplete?: string
  /** Suggestions, by the browser's own list. */
  suggestions?: string[]
}

/** A line of text. */
export function TextField({
  value,
  type = 'text',
  placeholder,
  required,
  suggestions,
  autocomplete,
  ...field
}: TextFieldProps): VNode {
  return (
    <Field {...field}>
      <input
        class="input"
        id={field.name}
        name={field.name}
        type={type}
        value={value}
        placeholder={placeholder}
        required={required}
        list={suggestions ? `${field.name}-list` : undefined}
        autocomplete={suggestions ? 'off' : autocomplete}
        {...described(field)}
      />
      {suggestions ? (
        <datalist id={`${field.name}-list`}>
          {suggestions.map((each) => (
            <option value={each} key={each} />
          ))}
        </datalist>
      ) : null}
    </Field>
  )
}

/** Lines of text, as many as there are and one more. */
export function TextAreaField({ value = '', ...field }: FieldProps & { value?: string }): VNode {
  const rows = Math.max(3, value.split('\n').length + 1)
  return (
    <Field {...field}>
      <textarea class="input" id={field.name} name={field.name} rows={rows} {...described(field)}>
        {value}
      </textarea>
    </Field>
  )
}

interface FilledFieldProps extends FieldProps {
  value?: string | undefined
  /** What the browser may fill in: `username`, `current-password`, `new-password` … */
  autocomplete: string
}

/** An email address; always needed. */
export function EmailField({ value, autocomplete, ...field }: FilledFieldProps): VNode {
  const { name } = field
  return (
    <Field {...field}>
      <input
        class="input"
        id={name}
        name={name}
        type="email"
        value={value}
        autocomplete={autocomplete}
        required
        {...described(field)}
      />
    </Field>
  )
}

/** A password; always needed, and never filled in from here. */
export function PasswordField({ autocomplete, ...field }: Omit<FilledFieldProps, 'value'>): VNode {
  const { name } = field
  return (
    <Field {...field}>
      <input
        class="input"
        id={name}
        name={name}
        type="password"
        autocomplete={autocomplete}
        required
        {...described(field)}
      />
    </Field>
  )
}

interface SelectFieldProps extends FieldProps {
  value?: string | undefined
  options: { value: string; label: string }[]
}

/** One of a few. */
export function SelectField({ value, options, ...field }: SelectFieldProps): VNode {
  return (
    <Field {...field}>
      <select class="input" id={field.name} name={field.name} {...described(field)}>
        {options.map((option) => (
          <option value={option.value} selected={option.value === value} key={option.value}>
            {option.label}
          </option>
        ))}
      </select>
    </Field>
  )
}

function Field({ name, label, hint, error, children }: FieldProps & { children: ComponentChildren }): VNode {
  return (
    <div class="field">
      <label for={name}>{label}</label>
      {hint ? (
        <p class="field-hint" id={`${name}-hint`}>
          {hint}
        </p>
      ) : null}
      {children}
      {error ? (
        <p class="field-error" id={`${name}-error`}>
          {error}
        </p>
      ) : null}
    </div>
  )
}

function described({ name, hint, error }: FieldProps) {
  const by = [hint && `${name}-hint`, error && `${name}-error`].filter(Boolean).join(' ')
  return { 'aria-describedby': by || undefined, 'aria-invalid': error ? ('true' as const) : undefined }
}

import type { VNode } from 'preact'
import type { FileProblem, SettingState } from '../../platform/settings/index.ts'
import {
  Button,
  Form,
  Notice,
  Panel,
  SelectField,
  TextAreaField,
  TextField,
  Time,
} from '../components/index.ts'
import { usePerson } from '../person.ts'
import { type Fields, seenField, shownIn, textOf } from './form.ts'

export interface SettingsFormProps {
  states: SettingState[]
  problems: FileProblem[]
  /** What came of saving. */
  notice?: VNode
  /** What was typed, where it could not be saved. */
  typed?: Fields
  /** What is wrong, by config name. */
  wrong?: ReadonlyMap<string, string>
}

/** All settings, by section, saved at once. */
export function SettingsForm({ states, problems, notice, ...typing }: SettingsFormProps): VNode {
  const sections = [...new Set(states.map(({ setting }) => setting.section))]
  return (
    <div class="settings">
      {notice}
      {problems.map((problem) => (
        <FileNotice problem={problem} key={`${problem.machine} ${problem.path}`} />
      ))}
      <Form action="/settings">
        {sections.map((section) => (
          <Panel id={`settings-${section.toLowerCase().replace(/\W+/g, '-')}`} title={section} key={section}>
            <div class="settings-fields">
              {states
                .filter(({ setting }) => setting.section === section)
                .map((state) => (
                  <OneSetting state={state} {...typing} key={state.setting.configName} />
                ))}
            </div>
          </Panel>
        ))}
        {usePerson().may('settings.edit') ? (
          <div class="buttons">
            <Button tone="main" id="save-settings">
              Save settings
            </Button>
          </div>
        ) : null}
      </Form>
    </div>
  )
}

const FileNotice = ({ problem: { machine, path, problem, seenAt } }: { problem: FileProblem }): VNode => (
  <Notice tone="warn" title={`${path} on ${machine} is not in force.`}>
    {problem} Mend it, or remove it: then it is written anew. Seen <Time at={seenAt} />.
  </Notice>
)

interface OneSettingProps extends Pick<SettingsFormProps, 'typed' | 'wrong'> {
  state: SettingState
}

function OneSetting({ state, typed = {}, wrong }: OneSettingProps): VNode {
  const { setting, value, source } = state
  const { configName: name, name: label, description: hint, type, choices } = setting
  if (source === 'environment' || !usePerson().may('settings.edit')) return <FixedSetting state={state} />
  const field = { name, label, hint, error: wrong?.get(name) }
  const text = shownIn(typed, state)
  return (
    <div class="setting">
      <input type="hidden" name={seenField(name)} value={JSON.stringify(value)} autocomplete="off" />
      {type === 'list' ? (
        <TextAreaField {...field} hint={`${hint} One a line.`} value={text} />
      ) : choices || type === 'boolean' ? (
        <SelectField {...field} value={text} options={choices ? optionsOf(choices) : onAndOff} />
      ) : (
        <TextField {...field} value={text} autocomplete="off" />
      )}
    </div>
  )
}

const optionsOf = (choices: readonly string[]) => choices.map((value) => ({ value, label: value }))

const onAndOff = [
  { value: 'true', label: 'On' },
  { value: 'false', label: 'Off' },
]

/** One that this person can't change, or that nobody can here. */
function FixedSetting({ state: { setting, value, source } }: { state: SettingState }): VNode {
  return (
    <div class="setting">
      <p class="setting-name">{setting.name}</p>
      <p class="field-hint">{setting.description}</p>
      <p class="setting-value">{textOf(value) || <span class="none">empty</span>}</p>
      {source === 'environment' ? (
        <p class="setting-lock">
          Locked: the environment of the program sets <code>{setting.configName}</code>.
        </p>
      ) : null}
    </div>
  )
}

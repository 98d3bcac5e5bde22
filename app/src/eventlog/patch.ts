import jsonPatch from 'fast-json-patch'
import { EventError } from './error.ts'
import type { JsonValue, Patch, PatchStep } from './types.ts'

/**
 * What changed between two JSON documents, and the way back. Each step first tests what it replaces, so that it
 * never overwrites what somebody else changed meanwhile.
 */
export function diff(before: JsonValue, after: JsonValue): Patch {
  return { forwards: steps(before, after), backwards: steps(after, before) }
}

/**
 * The changed document; `document` stays as it is.
 *
 * @throws EventError event_patch_conflict when the document is not what the patch was made for
 */
export function applyPatch(document: JsonValue, { forwards }: Pick<Patch, 'forwards'>): JsonValue {
  return applied(document, forwards)
}

/**
 * The document as it was before.
 *
 * @throws EventError event_patch_conflict
 */
export function revertPatch(document: JsonValue, { backwards }: Pick<Patch, 'backwards'>): JsonValue {
  return applied(document, backwards)
}

function steps(from: JsonValue, to: JsonValue): PatchStep[] {
  if (isContainer(from) && isContainer(to) && Array.isArray(from) === Array.isArray(to)) {
    return jsonPatch.compare(from, to, true).map(plainStep)
  }
  // The library compares only what is inside of two objects or two lists.
  if (jsonPatch.compare([from], [to]).length === 0) return []
  return [
    { op: 'test', path: '', value: from },
    { op: 'replace', path: '', value: to },
  ]
}

type LibraryStep = ReturnType<typeof jsonPatch.compare>[number]

/** The library's type also has steps of its own that no comparison makes. */
function plainStep(step: LibraryStep): PatchStep {
  switch (step.op) {
    case 'add':
    case 'replace':
    case 'test':
      return { op: step.op, path: step.path, value: step.value }
    case 'remove':
      return { op: step.op, path: step.path }
    case 'move':
    case 'copy':
      return { op: step.op, path: step.path, from: step.from }
    default:
      throw new Error(`A comparison made the step ${step.op}.`)
  }
}

function applied(document: JsonValue, patch: PatchStep[]): JsonValue {
  try {
    return jsonPatch.applyPatch(document, patch, true, false).newDocument
  } catch (error) {
    throw new EventError(
      'event_patch_conflict',
      'The change no longer fits: what it changes has been changed since. Load it again, and make the change anew.',
      { cause: error },
    )
  }
}

const isContainer = (value: JsonValue): value is JsonValue[] | { [name: string]: JsonValue } =>
  typeof value === 'object' && value !== null

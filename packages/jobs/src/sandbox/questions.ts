import type { Question, SentError } from './messages.ts'
import { receivedError } from './sent-error.ts'

/** Questions of one run that wait for their answers. */
export class Questions {
  readonly #send: (ask: number, question: Question) => void
  readonly #waiting = new Map<number, { resolve(value: unknown): void; reject(error: unknown): void }>()
  #last = 0

  constructor(send: (ask: number, question: Question) => void) {
    this.#send = send
  }

  ask(question: Question): Promise<unknown> {
    this.#last++
    const ask = this.#last
    return new Promise((resolve, reject) => {
      this.#waiting.set(ask, { resolve, reject })
      this.#send(ask, question)
    })
  }

  answered(answer: { ask: number } & ({ value: unknown } | { error: SentError })): void {
    const asker = this.#waiting.get(answer.ask)
    this.#waiting.delete(answer.ask)
    if ('error' in answer) asker?.reject(receivedError(answer.error))
    else asker?.resolve(answer.value)
  }
}

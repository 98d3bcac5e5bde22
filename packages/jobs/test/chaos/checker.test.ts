import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { check } from './check.ts'
import type { FindingKind } from './findings.ts'
import type { Rules } from './history.ts'
import { Story } from './story.ts'

const kinds = (story: Story, rules?: Rules) => [
  ...new Set(check(story.history(), rules).map(({ kind }) => kind)),
]

/** A job that is stored, runs and finishes. */
function whole(story: Story, id: string, options: Parameters<Story['stored']>[1] = {}): Story {
  story.stored(id, options).later(5)
  const run = story.begins(id, 'worker', options.call ?? `call ${id}`)
  return story.later(10).ends(id, run).later(5)
}

/** Both run, the second from the middle of the first. */
function overlapping(story: Story, one: string, other: string): Story {
  const first = story.begins(one, 'one')
  const second = story.later(10).begins(other, 'two')
  return story.later(10).ends(one, first).ends(other, second)
}

const queues = (limit: NonNullable<Rules['queues']>[string]): Rules => ({ queues: { default: limit } })

interface Planted {
  finds: FindingKind
  fault: string
  plant: (story: Story) => Story
  rules?: Rules
}

const planted: Planted[] = [
  {
    finds: 'lost',
    fault: 'an acknowledged job is not there',
    plant: (story) => story.stored('1').forget('1'),
  },
  {
    finds: 'lost',
    fault: 'a job that finished is not there',
    plant: (story) => whole(story, '1').forget('1'),
  },
  {
    finds: 'lost',
    fault: 'the id that was answered is that of another call',
    plant: (story) => whole(story, '1').finally('1', { call: 'call 2' }),
  },
  { finds: 'stuck', fault: 'a job never runs', plant: (story) => story.stored('1') },
  {
    finds: 'invented',
    fault: 'a job is there that nobody asked for',
    plant: (story) => whole(story, '1').finally('2', { call: 'call 2', state: 'canceled' }),
  },
  {
    finds: 'stored though refused',
    fault: 'a job of a transaction that was rolled back is there',
    plant: (story) => whole(story, '1').write('caller', { kind: 'refused', call: 'call 1', sure: true }),
  },
  {
    finds: 'stored twice',
    fault: 'one call makes two jobs',
    plant: (story) => whole(whole(story, '1'), '2').finally('2', { call: 'call 1' }),
  },
  {
    finds: 'two owners',
    fault: 'two workers run one job at once',
    plant: (story) => overlapping(story.stored('1'), '1', '1').finally('1', { attempts: 1 }),
  },
  {
    finds: 'ran after its end',
    fault: 'a finished job runs again',
    plant: (story) => {
      whole(story, '1').begins('1', 'two')
      return story
    },
  },
  {
    finds: 'finished twice',
    fault: 'two workers are told that theirs is the result',
    plant: (story) => overlapping(story.stored('1'), '1', '1').finally('1', { attempts: 1 }),
  },
  {
    finds: 'attempt counted twice',
    fault: 'a failure is stored twice',
    plant: (story) => {
      story.stored('1', { retries: 3 })
      for (const outcome of ['retrying', 'finished'] as const) {
        const run = story.later(5).begins('1')
        if (outcome === 'retrying') story.write('worker', { kind: 'accepted', id: '1', outcome, attempt: 1 })
        story.later(5).ends('1', run, outcome)
      }
      return story
    },
  },
  {
    finds: 'outcome overturned',
    fault: 'what a worker was told to have finished is failed in the end',
    plant: (story) => whole(story, '1').finally('1', { state: 'failed' }),
  },
  {
    finds: 'outcome overturned',
    fault: 'the stored result is of a run that threw',
    plant: (story) => {
      const run = story.stored('1').begins('1')
      return story.later(5).ends('1', run, 'failed').finally('1', { state: 'finished', run })
    },
  },
  {
    finds: 'wrote after losing it',
    fault: 'a run that was told of its loss finishes the job',
    plant: (story) => {
      const run = story.stored('1').begins('1')
      return story.later(5).write('worker', { kind: 'told', run }).later(5).ends('1', run)
    },
  },
  {
    finds: 'wrote after losing it',
    fault: 'a former owner writes to the log',
    plant: (story) => whole(story, '1').finally('1', { log: ['one.1', 'worker.1', 'one.1'] }),
  },
  {
    finds: 'attempt of no run',
    fault: "a worker's death spends an attempt",
    plant: (story) => {
      story.stored('1', { retries: 1 }).begins('1', 'dead')
      return whole(story, '2')
        .write('two', { kind: 'accepted', id: '1', outcome: 'failed', attempt: 2 })
        .finally('1', { state: 'failed', attempts: 2 })
    },
  },
  {
    finds: 'given up early',
    fault: 'a job fails for good with attempts left',
    plant: (story) => {
      const run = story.stored('1', { retries: 1 }).begins('1')
      return story.later(5).ends('1', run, 'failed')
    },
  },
  {
    finds: 'ran after its cancel',
    fault: 'a canceled job runs',
    plant: (story) => {
      story.stored('1').write('caller', { kind: 'cancelAnswer', id: '1', answer: 'canceled' })
      story.later(5).begins('1')
      return story.finally('1', { state: 'canceled' })
    },
  },
  {
    finds: 'cancel undone',
    fault: 'a canceled job waits again',
    plant: (story) =>
      story
        .stored('1')
        .write('caller', { kind: 'cancelAnswer', id: '1', answer: 'canceled' })
        .finally('1', { state: 'failed', attempts: 0, maxAttempts: 0 }),
  },
  {
    finds: 'serial overlap',
    fault: 'two jobs of one serial key run at once',
    plant: (story) =>
      overlapping(story.stored('1', { serialKey: 'a' }).stored('2', { serialKey: 'a' }), '1', '2'),
  },
  {
    finds: 'serial order',
    fault: 'the later job of a serial key runs first',
    plant: (story) => {
      story.stored('1', { serialKey: 'a' }).later(5).stored('2', { serialKey: 'a' })
      for (const id of ['2', '1']) story.later(5).ends(id, story.later(5).begins(id))
      return story
    },
  },
  {
    finds: 'serial order',
    fault: 'the later job of a serial key runs between two attempts of the earlier',
    plant: (story) => {
      story.stored('1', { serialKey: 'a', retries: 1 }).later(5).stored('2', { serialKey: 'a' })
      story.ends('1', story.later(5).begins('1'), 'retrying')
      for (const id of ['2', '1']) story.later(5).ends(id, story.later(5).begins(id))
      return story
    },
  },
  {
    finds: 'too many running',
    fault: 'more jobs of a queue run than may',
    plant: (story) => overlapping(story.stored('1').stored('2'), '1', '2'),
    rules: queues({ running: 1 }),
  },
  {
    finds: 'too many running',
    fault: 'more jobs of a key run than may',
    plant: (story) =>
      overlapping(story.stored('1', { limitKey: 'a' }).stored('2', { limitKey: 'a' }), '1', '2'),
    rules: queues({ running: 2, perKey: { running: 1 } }),
  },
  {
    finds: 'too many starts',
    fault: 'more jobs start within an interval than may',
    plant: (story) => whole(whole(whole(story, '1'), '2'), '3'),
    rules: queues({ starts: { most: 2, per: 1_000 } }),
  },
  {
    finds: 'too many starts',
    fault: 'over a longer time, though each start shows late',
    plant: (story) => {
      for (let n = 1; n <= 9; n++)
        whole(story, String(n))
          .finally(String(n), { startedAt: n * 1_000 })
          .later(300)
      return story
    },
    rules: queues({ starts: { most: 2, per: 1_000 } }),
  },
  {
    finds: 'unique twice',
    fault: 'two jobs of one unique key wait at once',
    plant: (story) => {
      story.stored('1', { uniqueKey: 'a' }).stored('2', { uniqueKey: 'a' })
      for (const id of ['1', '2']) story.later(5).ends(id, story.later(5).begins(id))
      return story
    },
  },
  {
    finds: 'lost',
    fault: 'a job that waits for another is not there',
    plant: (story) => whole(story.stored('1').stored('2', { after: ['1'] }), '1').forget('2'),
  },
  {
    finds: 'stuck',
    fault: 'a job still waits for one that has ended',
    plant: (story) =>
      whole(story, '1')
        .stored('2', { after: ['1'] })
        .finally('2', { state: 'deferred' }),
  },
  {
    finds: 'ran before its parent',
    fault: 'a job begins while the one runs that it waits for',
    plant: (story) => overlapping(flow(story), '1', '2'),
  },
  {
    finds: 'ran before its parent',
    fault: 'a job begins before the one has begun that it waits for',
    plant: (story) => {
      flow(story)
      for (const id of ['2', '1']) story.later(5).ends(id, story.later(5).begins(id))
      return story
    },
  },
  {
    finds: 'ran before its parent',
    fault: 'a job begins between two attempts of the one that it waits for',
    plant: (story) => {
      story.stored('1', { retries: 1 }).stored('2', { after: ['1'] })
      story.ends('1', story.later(5).begins('1'), 'retrying')
      for (const id of ['2', '1']) story.later(5).ends(id, story.later(5).begins(id))
      return story
    },
  },
  {
    finds: 'ran despite its parent',
    fault: 'a job runs after the failure with which it was to be canceled',
    plant: (story) => {
      flow(story).ends('1', story.begins('1'), 'failed')
      return story.later(5).ends('2', story.later(5).begins('2'))
    },
  },
  {
    finds: 'canceled in vain',
    fault: 'a job is canceled, though the one finished that it waits for',
    plant: (story) => {
      flow(story).ends('1', story.begins('1'))
      return story.finally('2', { state: 'canceled' })
    },
  },
  {
    finds: 'canceled in vain',
    fault: 'a job is canceled of which nobody asked that',
    plant: (story) => story.stored('1').finally('1', { state: 'canceled' }),
  },
  {
    finds: 'ran too early',
    fault: 'a job runs before its delay is over',
    plant: (story) => whole(story, '1', { delay: 500 }),
  },
  {
    finds: 'ran too early',
    fault: 'a job that was put off runs again at once',
    plant: (story) => {
      story.stored('1').snoozes('1', story.begins('1'), 500)
      return story.later(100).ends('1', story.begins('1', 'two'))
    },
  },
  {
    finds: 'stuck',
    fault: 'a job that was put off never runs again',
    plant: (story) => {
      story.stored('1')
      return story.snoozes('1', story.begins('1'), 500)
    },
  },
  {
    finds: 'lost',
    fault: 'a job that was put off is not there',
    plant: (story) => {
      story.stored('1')
      return story.snoozes('1', story.begins('1'), 500).forget('1')
    },
  },
  {
    finds: 'attempt of no run',
    fault: 'putting a job off spends an attempt',
    plant: (story) => {
      story.stored('1', { retries: 1 }).snoozes('1', story.begins('1'), 50)
      return story.later(100).ends('1', story.begins('1')).finally('1', { attempts: 2 })
    },
  },
  {
    finds: 'ran too early',
    fault: 'a debounced job runs at once',
    plant: (story) => whole(story, '1', debounced),
  },
  {
    finds: 'debounced twice',
    fault: 'a second call within the time makes a second job',
    plant: (story) => {
      story.stored('1', debounced).later(100).stored('2', debounced)
      for (const id of ['1', '2']) story.later(1_000).ends(id, story.begins(id))
      return story
    },
  },
  {
    finds: 'old arguments',
    fault: 'a debounced job runs with those of an earlier call',
    plant: (story) => {
      story
        .stored('1', debounced)
        .later(100)
        .stored('1', { ...debounced, call: 'call 2' })
      return story.later(1_200).ends('1', story.begins('1', 'worker', 'call 1'))
    },
  },
  {
    finds: 'two owners',
    fault: 'a sandbox still computes while the next attempt runs',
    plant: (story) => {
      story.stored('1', { retries: 1 }).begins('1', 'worker+1')
      story.later(100).finally('1', { attempts: 1 }).ends('1', story.begins('1', 'two'))
      return story.later(5).write('worker+1', { kind: 'note', text: 'computes' })
    },
  },
  {
    finds: 'lost',
    fault: 'a job that ran in a sandbox is not there',
    plant: (story) => {
      story.stored('1').begins('1', 'worker+1')
      return story.forget('1')
    },
  },
  {
    finds: 'fired twice',
    fault: 'two schedulers make one fire',
    plant: (story) => fire(fire(story, '1', 0), '2', 0),
    rules: { schedules: { note: 1_000 } },
  },
  {
    finds: 'fire missed',
    fault: 'a fire is left out',
    plant: (story) => fire(fire(story, '1', 0), '2', 2_000),
    rules: { schedules: { note: 1_000 } },
  },
  {
    finds: 'crashed',
    fault: 'a process ends by itself',
    plant: (story) => story.write('driver', { kind: 'crashed', process: 'worker', why: 'code 1' }),
  },
]

const debounced = { uniqueKey: 'a', debounce: 1_000, plain: false }

/** The second waits for the first. */
const flow = (story: Story) => story.stored('1').stored('2', { after: ['1'], afterFailure: 'cancel' })

function fire(story: Story, id: string, scheduledFor: number): Story {
  story.finally(id, { scheduledFor })
  const run = story.begins(id, 'worker', null)
  return story.later(5).ends(id, run)
}

describe('the checker finds it when', () => {
  test.each(planted)('$fault: $finds', ({ plant, finds, rules }) => {
    expect(kinds(plant(new Story()), rules)).toContain(finds)
  })

  test('every kind of finding is planted', () => {
    const all: Record<FindingKind, true> = {
      lost: true,
      stuck: true,
      invented: true,
      'stored though refused': true,
      'stored twice': true,
      'two owners': true,
      'finished twice': true,
      'attempt counted twice': true,
      'ran after its end': true,
      'outcome overturned': true,
      'wrote after losing it': true,
      'attempt of no run': true,
      'given up early': true,
      'ran after its cancel': true,
      'cancel undone': true,
      'serial overlap': true,
      'serial order': true,
      'too many running': true,
      'too many starts': true,
      'unique twice': true,
      'ran before its parent': true,
      'ran despite its parent': true,
      'canceled in vain': true,
      'ran too early': true,
      'debounced twice': true,
      'old arguments': true,
      'fired twice': true,
      'fire missed': true,
      crashed: true,
    }
    expect(new Set(planted.map(({ finds }) => finds))).toEqual(new Set(Object.keys(all)))
  })
})

describe('the checker is content when', () => {
  test.each<[string, (story: Story) => Story]>([
    ['nothing happened', (story) => story],
    [
      'a call was refused, and the job is there all the same: its answer was lost',
      (story) => {
        story.write('caller', { kind: 'ask', call: 'call 1', job: 'note', queue: 'default' })
        story.write('caller', { kind: 'refused', call: 'call 1', sure: false })
        story.finally('1', { call: 'call 1' })
        return story.later(5).ends('1', story.begins('1'))
      },
    ],
    [
      'a worker died, and another runs its job again',
      (story) => {
        story.stored('1').begins('1', 'dead')
        return story.later(2_000).ends('1', story.begins('1', 'two'))
      },
    ],
    [
      'a worker was cut off, and is still at it when another begins',
      (story) => {
        const zombie = story.stored('1').begins('1', 'one')
        story.later(5).write('driver', { kind: 'trouble', what: 'cut', process: 'one', phase: 'begins' })
        story.later(2_000).ends('1', story.begins('1', 'two'))
        story.write('driver', { kind: 'trouble', what: 'cut', process: 'one', phase: 'ends' })
        return story.later(5).write('one', { kind: 'end', run: zombie, how: 'returned' })
      },
    ],
    [
      'a process did not get to run for a while, and begins what it lost meanwhile',
      (story) => {
        story.stored('1').write('one', { kind: 'pulse' })
        story.later(3_000).ends('1', story.begins('1', 'two'))
        story.later(5).write('one', { kind: 'pulse' })
        const zombie = story.begins('1', 'one')
        return story.write('one', { kind: 'end', run: zombie, how: 'returned' })
      },
    ],
    [
      'a handler that was told goes on while the next attempt runs',
      (story) => {
        const deaf = story.stored('1', { retries: 1 }).begins('1', 'one')
        story.later(5).write('one', { kind: 'told', run: deaf }).later(5)
        story.finally('1', { attempts: 1 }).ends('1', story.begins('1', 'two'))
        return story.later(5).write('one', { kind: 'end', run: deaf, how: 'threw' })
      },
    ],
    [
      'a failed job is retried by hand, and fails its first attempt once more',
      (story) => {
        story.stored('1')
        story.ends('1', story.begins('1'), 'failed').later(5)
        story.write('caller', { kind: 'askRetry', id: '1' }).finally('1', { attempts: 0 }).later(5)
        return story.ends('1', story.begins('1'), 'failed')
      },
    ],
    [
      'a job is canceled with the one that it waits for, another runs all the same',
      (story) => {
        flow(story).stored('3', { after: ['1'], afterFailure: 'run' })
        story.ends('1', story.later(5).begins('1'), 'failed').finally('2', { state: 'canceled' })
        return story.ends('3', story.later(5).begins('3'))
      },
    ],
    [
      'a parent is canceled, and its handler in a blocked process goes on while the child runs',
      (story) => {
        story.stored('1').stored('2', { after: ['1'], afterFailure: 'run' })
        const run = story.begins('1', 'one')
        story.later(5).write('caller', { kind: 'askCancel', id: '1' }).finally('1', { state: 'canceled' })
        story.later(5).ends('2', story.begins('2', 'two'))
        return story.later(5).write('one', { kind: 'end', run, how: 'returned' })
      },
    ],
    [
      'a parent failed, its child was canceled, and the parent finished after a retry by hand',
      (story) => {
        flow(story).ends('1', story.later(5).begins('1'), 'failed').finally('2', { state: 'canceled' })
        story.write('caller', { kind: 'askRetry', id: '1' }).finally('1', { attempts: 0 }).later(5)
        return story.ends('1', story.begins('1'))
      },
    ],
    [
      'a job is put off, and runs when its time has come',
      (story) => {
        story.stored('1').snoozes('1', story.begins('1'), 500)
        return story.later(600).ends('1', story.begins('1', 'two'))
      },
    ],
    [
      'a worker died before its snooze was stored, and the job runs again at once',
      (story) => {
        const run = story.stored('1').begins('1', 'dead')
        story.write('dead', { kind: 'end', run, how: 'threw', snooze: 5_000 })
        return story.later(2_000).ends('1', story.begins('1', 'two'))
      },
    ],
    [
      'calls of one key come one after the other, and the last one counts',
      (story) => {
        story
          .stored('1', debounced)
          .later(900)
          .stored('1', { ...debounced, call: 'call 2' })
          .later(900)
        story.stored('1', { ...debounced, call: 'call 3' }).later(1_100)
        const run = story.begins('1', 'worker', 'call 3')
        return story
          .ends('1', run)
          .later(5)
          .stored('4', debounced)
          .finally('4', { state: 'scheduled', later: true })
      },
    ],
    [
      'a sandbox is ended by force, and its attempt has failed',
      (story) => {
        story.stored('1', { retries: 1 }).begins('1', 'worker+1')
        story.later(100).write('worker+1', { kind: 'note', text: 'computes' })
        story.later(5).write('worker', { kind: 'accepted', id: '1', outcome: 'retrying', attempt: 1 })
        return story.finally('1', { attempts: 1 }).later(5).ends('1', story.begins('1', 'two+1'))
      },
    ],
    [
      'a job waits for a time that has not come',
      (story) => story.stored('1').finally('1', { state: 'scheduled', later: true }),
    ],
  ])('%s', (_what, tell) => {
    expect(check(tell(new Story()).history())).toEqual([])
  })

  test('any number of workers do as they should, with deaths, failures, cancels, keys and limits', () => {
    const job = fc.record({
      serialKey: fc.option(fc.constantFrom('a', 'b'), { nil: undefined }),
      uniqueKey: fc.option(fc.constantFrom('u', 'v'), { nil: undefined }),
      limitKey: fc.option(fc.constantFrom('x', 'y'), { nil: undefined }),
      takes: fc.integer({ min: 1, max: 50 }),
      fate: fc.constantFrom('finishes', 'fails', 'retries', 'dies', 'canceled', 'snoozes'),
      waits: fc.boolean(),
    })
    fc.assert(
      fc.property(fc.array(job, { maxLength: 40 }), fc.integer({ min: 1, max: 4 }), (jobs, workers) => {
        const rules = queues({ running: workers, starts: { most: workers, per: 2 }, perKey: { running: 1 } })
        expect(check(honest(jobs, workers).history(), rules)).toEqual([])
      }),
    )
  })
})

interface Planned {
  serialKey: string | undefined
  uniqueKey: string | undefined
  limitKey: string | undefined
  takes: number
  fate: string
  /** For the one before. */
  waits: boolean
}

/** What an engine that keeps every promise would leave, with so many workers: in turn, and side by side without keys. */
function honest(jobs: Planned[], workers: number): Story {
  const story = new Story()
  let side: { id: string; run: string }[] = []
  const fallen = new Set<string>()
  const finishAll = () => {
    for (const { id, run } of side) story.later(1).ends(id, run)
    side = []
  }
  for (const [index, { serialKey, uniqueKey, limitKey, takes, fate, waits }] of jobs.entries()) {
    const id = String(index + 1)
    const keys = {
      ...(serialKey === undefined ? {} : { serialKey }),
      ...(uniqueKey === undefined ? {} : { uniqueKey }),
      ...(limitKey === undefined ? {} : { limitKey }),
    }
    const flow = waits && index > 0 && uniqueKey === undefined
    if (flow || Object.keys(keys).length > 0 || fate !== 'finishes' || side.length === workers) finishAll()
    const after = flow ? { after: [String(index)], afterFailure: 'cancel' as const, plain: false } : {}
    story.later(3).stored(id, { ...keys, ...after, retries: fate === 'retries' ? 1 : 0 })
    story.later(3)
    if (flow && fallen.has(String(index))) {
      story.finally(id, { state: 'canceled' })
      fallen.add(id)
      continue
    }
    if (fate === 'canceled' || fate === 'fails') fallen.add(id)
    if (fate === 'canceled') {
      story
        .write('caller', { kind: 'cancelAnswer', id, answer: 'canceled' })
        .finally(id, { state: 'canceled' })
      continue
    }
    if (fate === 'dies') story.begins(id, `dead${id}`)
    if (fate === 'snoozes') story.snoozes(id, story.begins(id), 100).later(101)
    if (fate === 'retries') story.ends(id, story.begins(id), 'retrying')
    const run = story.later(5).begins(id, `worker${index % workers}`)
    story.later(takes)
    if (Object.keys(keys).length === 0 && fate === 'finishes') side.push({ id, run })
    else story.ends(id, run, fate === 'fails' ? 'failed' : 'finished')
  }
  finishAll()
  return story
}

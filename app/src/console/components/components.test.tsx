import type { JobState } from '@factotum/jobs'
import { renderToString } from 'preact-render-to-string'
import { describe, expect, it } from 'vitest'
import { PersonProvider } from '../person.ts'
import {
  Bytes,
  Cell,
  Chips,
  CodeBlock,
  Count,
  Duration,
  Empty,
  Link,
  Notice,
  Progress,
  Row,
  StateSign,
  Table,
  TextField,
  Time,
  Timeline,
} from './index.ts'

const hostile = `"><script>alert(1)</script><img src=x onerror='alert(2)'>`

describe('What people name things is never markup', () => {
  const drawn = {
    notice: <Notice title={hostile}>{hostile}</Notice>,
    empty: (
      <Empty kind="nothing" title={hostile}>
        {hostile}
      </Empty>
    ),
    code: <CodeBlock text={hostile} label={hostile} />,
    field: <TextField name="x" label={hostile} value={hostile} error={hostile} suggestions={[hostile]} />,
    chips: <Chips label={hostile} chips={[{ label: hostile, href: `/?q=${hostile}`, active: true }]} />,
    progress: <Progress label={hostile} done={0.5} current={hostile} />,
    row: (
      <Table caption={hostile} columns={[{ label: hostile }]}>
        <Row id={hostile} live={hostile} source={hostile}>
          <Cell label={hostile}>{hostile}</Cell>
        </Row>
      </Table>
    ),
  }
  for (const [name, node] of Object.entries(drawn))
    it(`in a ${name}`, () => {
      const html = renderToString(node)
      expect(html).not.toMatch(/<script|<img/)
      // No attribute was closed early, either: with all quoted values taken out, nothing of it is left.
      expect(html.replaceAll(/"[^"]*"/g, '').replaceAll(/>[^<]*/g, '')).not.toContain('onerror')
    })
})

describe('A link from outside', () => {
  const refused = [
    'javascript:alert(1)',
    ' JavaScript:alert(1)',
    'java\nscript:alert(1)',
    'data:text/html,x',
    'vbscript:x',
    'http://[',
  ]
  for (const href of refused)
    it(`is shown as text where it could run something: ${JSON.stringify(href)}`, () => {
      const html = renderToString(<Link href={href}>here</Link>)
      expect(html).not.toContain('href')
      expect(html).toContain('here')
    })

  for (const href of ['https://example.com/a', 'mailto:a@example.com', '/files/1', '?state=failed'])
    it(`leads there where it is harmless: ${href}`, () => {
      expect(renderToString(<Link href={href}>here</Link>)).toContain(`href="${href}"`)
    })
})

describe('A state', () => {
  const states: JobState[] = ['scheduled', 'deferred', 'queued', 'started', 'finished', 'failed', 'canceled']

  it('has a sign of its own and always its word', () => {
    const drawings = states.map((sign) => {
      const html = renderToString(<StateSign sign={sign} />)
      expect(html).toContain(`<span>${sign}</span>`)
      return html.replace(/^.*<svg/, '').replace(/<\/svg>.*$/, '')
    })
    expect(new Set(drawings).size).toBe(states.length)
  })

  it("lends its sign to a feature's own word", () => {
    const html = renderToString(<StateSign sign="started" word="Processing" />)
    expect(html).toContain('state-started')
    expect(html).toContain('<span>Processing</span>')
  })
})

describe('Progress', () => {
  it('says 99 % until it is done, and tells the machine of failed and skipped ones too', () => {
    const html = renderToString(<Progress label="Letters" done={0.999} failed={0} />)
    expect(html).toContain('99 %')
    const parts = renderToString(<Progress label="Letters" done={0.5} failed={0.25} skipped={0.25} />)
    expect(parts).toContain('aria-valuenow="100"')
    expect(parts).toContain('class="bar-failed" x="50.00%" width="25.00%"')
    expect(parts).toContain('class="bar-skipped" x="75.00%" width="25.00%"')
  })

  it('claims nothing while nothing is known', () => {
    const html = renderToString(<Progress label="Letters" done={null} />)
    expect(html).not.toContain('aria-valuenow')
    expect(html).toContain('Not known yet')
  })

  it('stays within its bar whatever it is given', () => {
    const html = renderToString(<Progress label="Letters" done={7} />)
    expect(html).toContain('width="100.00%"')
  })
})

describe('Numbers and times', () => {
  it('are written for the person: zone and locale', () => {
    const at = new Date('2026-07-01T22:30:05.120Z')
    const html = renderToString(
      <PersonProvider value={{ zone: 'Europe/Berlin', locale: 'de', may: () => false, formToken: null }}>
        <Time at={at} as="day" />
        <Count value={1_204} one="job" />
      </PersonProvider>,
    )
    expect(html).toContain('title="2 Jul 2026, 00:30:05.120 Europe/Berlin"')
    expect(html).toContain('datetime="2026-07-01T22:30:05.120Z"')
    expect(html).toContain('>2 Jul, 00:30<')
    expect(html).toContain('1.204 jobs')
  })

  it('have a dash where there is none, never a zero', () => {
    expect(renderToString(<Duration ms={null} />)).toContain('–')
    expect(renderToString(<Bytes size={null} />)).toContain('–')
  })
})

describe('A timeline', () => {
  it('shows a wait as a gap with its length, and nothing between what followed at once', () => {
    const at = (ms: number) => new Date(Date.UTC(2026, 0, 1) + ms)
    const html = renderToString(
      <Timeline
        entries={[
          { at: at(0), title: 'Created' },
          { at: at(20), title: 'Began' },
          { at: at(65_020), title: 'Finished' },
        ]}
      />,
    )
    expect(html.match(/timeline-gap/g)).toHaveLength(1)
    expect(html).toContain('1 min 5 s')
  })
})

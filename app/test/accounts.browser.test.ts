import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { base32 } from '@better-auth/utils/base32'
import { createOTP } from '@better-auth/utils/otp'
import type { TestDatabase } from '@factotum/postgres/testing'
import type { Browser, BrowserContext, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { type Program, startProgram } from '../src/compose/index.ts'
import { readConfig } from '../src/platform/config/index.ts'
import { appDatabase } from '../src/platform/database/testing.ts'
import { launch, missing } from './chromium.ts'
import { look } from './look.ts'
import { SECRET_KEY } from './program.ts'

const screenshots = fileURLToPath(new URL('../../screenshots/', import.meta.url))
if (missing) console.warn('SKIPPED: accounts.browser.test.ts, as there is no Chromium (CHROMIUM=its path)')

vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 })

const password = 'correct horse battery'

describe.skipIf(missing)('Accounts in Chromium', () => {
  let home: string
  let database: TestDatabase
  let program: Program
  let base: string
  let browser: Browser
  let ada: Page
  const problems: string[] = []

  beforeAll(async () => {
    await mkdir(screenshots, { recursive: true })
    home = await mkdtemp(join(tmpdir(), 'factotum-accounts-'))
    database = await appDatabase()
    program = await startProgram({
      config: readConfig({
        FACTOTUM_HOME: home,
        DATABASE_URL: database.url,
        SECRET_KEY,
        PORT: '0',
        LOG_LEVEL: 'error',
      }),
      name: 'test',
      roles: { web: true },
    })
    // Passkeys belong to a name, and an address is none.
    base = (program.url ?? '').replace('127.0.0.1', 'localhost').replace(/\/$/, '')
    browser = await launch()
  })
  afterAll(async () => {
    await browser?.close()
    await program?.stop()
    await database?.drop()
    await rm(home, { recursive: true, force: true })
  })

  async function open(options: Parameters<Browser['newContext']>[0] = {}): Promise<Page> {
    const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, ...options })
    const page = await context.newPage()
    page.on('console', (message) => {
      if (message.type() === 'error' && !/status of (4|303)/.test(message.text()))
        problems.push(message.text())
    })
    page.on('pageerror', (error) => problems.push(String(error)))
    return page
  }

  it('lets the first administrator in by the link, who names themselves', async () => {
    ada = await open()
    const link = await program.context.accounts.firstAdministratorLink()
    await ada.goto((link ?? '').replace('127.0.0.1', 'localhost'))
    expect(new URL(ada.url()).pathname).toBe('/account')
    await look(ada, screenshots, 'account-welcome')
    await ada.getByLabel('Your name').fill('Ada Lovelace')
    await ada.getByLabel('Your email').fill('ada@example.org')
    await ada.getByRole('button', { name: 'Keep this name' }).click()
    await ada.getByLabel('New password').fill(password)
    await ada.getByRole('button', { name: 'Set a password' }).click()
    await ada.getByText('Saved.').waitFor()
    expect(await ada.getByText('Give yourself an email').count()).toBe(0)
    expect(await ada.locator('.nav-person').innerText()).toContain('Ada Lovelace')
  })

  it('adds a passkey, and signs in with nothing else', async () => {
    const device = await ada.context().newCDPSession(ada)
    await device.send('WebAuthn.enable')
    await device.send('WebAuthn.addVirtualAuthenticator', {
      options: {
        protocol: 'ctap2',
        transport: 'internal',
        hasResidentKey: true,
        hasUserVerification: true,
        isUserVerified: true,
        automaticPresenceSimulation: true,
      },
    })
    await ada.goto(`${base}/account`)
    await ada.getByLabel('Name of the device').fill('Ada’s telephone')
    await ada.getByRole('button', { name: 'Add a passkey' }).click()
    await ada.locator('#account-passkeys').getByText('Ada’s telephone').first().waitFor()
    await look(ada, screenshots, 'account')
    await ada.getByRole('button', { name: 'Sign out' }).click()
    await ada.getByRole('button', { name: 'Sign in with a passkey' }).waitFor()
    await look(ada, screenshots, 'signin')
    await ada.getByRole('button', { name: 'Sign in with a passkey' }).click()
    await ada.locator('.nav-person').waitFor()
    expect(await ada.locator('.nav-person').innerText()).toContain('Ada Lovelace')
  })

  it('invites somebody, who chooses a password, gets a role, and sees what it may', async () => {
    await ada.goto(`${base}/people`)
    await ada.getByRole('link', { name: 'Invite somebody' }).click()
    await look(ada, screenshots, 'people-invite')
    await ada.getByLabel('Email').fill('bob@example.org')
    await ada.locator('#role').selectOption({ label: 'None yet' })
    await ada.getByRole('button', { name: 'Invite' }).click()
    const link = await ada.getByLabel('Link').inputValue()
    await look(ada, screenshots, 'people-invited')

    const bob = await open()
    await bob.goto(link.replace('127.0.0.1', 'localhost'))
    await look(bob, screenshots, 'invitation')
    await bob.getByLabel('Your name').fill('Bob')
    await bob.getByLabel('New password').fill(password)
    await bob.getByRole('button', { name: 'Come in' }).click()
    await bob.getByText('You have no role yet').waitFor()
    await look(bob, screenshots, 'no-role')

    await ada.goto(`${base}/people`)
    await look(ada, screenshots, 'people')
    await ada.getByRole('link', { name: 'Bob' }).click()
    await look(ada, screenshots, 'person')
    await ada.locator('#role').selectOption({ label: 'Operator' })
    await ada.getByRole('button', { name: 'Give this role' }).click()
    await ada.getByText('Operator', { exact: true }).first().waitFor()

    await bob.goto(`${base}/`)
    const seen = await bob.getByRole('navigation').getByRole('link').allInnerTexts()
    expect(seen.join(' ')).toContain('Jobs')
    expect(seen.join(' ')).not.toContain('People')
    expect((await bob.goto(`${base}/people`))?.status()).toBe(403)
    await bob.context().close()
  })

  it('makes a key for a program, shows it once, and revokes it', async () => {
    await ada.goto(`${base}/keys`)
    await look(ada, screenshots, 'keys-none')
    await ada.getByRole('link', { name: 'Make a key' }).first().click()
    await ada.getByLabel('What it is for').fill('Nightly import')
    await ada.getByLabel('Whose it is').selectOption({ label: 'A new program as Operator' })
    await ada.getByRole('checkbox', { name: 'jobs: read' }).check()
    await ada.getByRole('checkbox', { name: 'files', exact: true }).check()
    await look(ada, screenshots, 'keys-new')
    await ada.getByRole('button', { name: 'Make the key' }).click()
    const secret = await ada.getByLabel('Key', { exact: true }).inputValue()
    await look(ada, screenshots, 'keys-made')
    const asks = async () => {
      const { status } = await fetch(`${base}/jobs`, { headers: { 'x-api-key': secret } })
      return status
    }
    expect(await asks()).toBe(200)
    await ada.getByRole('link', { name: 'To the keys' }).click()
    await look(ada, screenshots, 'keys')
    await ada.getByRole('link', { name: 'Nightly import' }).click()
    await look(ada, screenshots, 'key')
    await ada.getByRole('button', { name: 'Revoke this key' }).click()
    await ada.getByText('Revoked').waitFor()
    expect(await asks()).toBe(401)
  })

  it('keeps what was typed when the form is of another session', async () => {
    await ada.goto(`${base}/account`)
    await ada.getByLabel('Your name').fill('Augusta Ada')
    await ada.evaluate(
      `document.querySelectorAll('[name="_csrf"]').forEach((field) => { field.value = 'old' })`,
    )
    await ada.getByRole('button', { name: 'Keep this name' }).click()
    await ada.getByRole('button', { name: 'Send it again' }).waitFor()
    expect(await ada.getByLabel('Name').inputValue()).toBe('Augusta Ada')
    await ada.getByRole('button', { name: 'Send it again' }).click()
    await ada.getByText('Saved.').waitFor()
    expect(await ada.getByLabel('Your name').inputValue()).toBe('Augusta Ada')
  })

  it('sets up an authenticator app, whose page can be read by eye and by camera, and is then asked for its code', async () => {
    await ada.goto(`${base}/account`)
    await ada.locator('#factor-password').fill(password)
    await ada.getByRole('button', { name: 'Set up an app' }).click()
    await ada.locator('.qr-code').waitFor()
    await look(ada, screenshots, 'second-factor')
    const typedIn = await ada.locator('.factor-secret').innerText()
    const app = createOTP(new TextDecoder().decode(base32.decode(typedIn)))
    const [backupCode = ''] = await ada.locator('.backup-codes code').allInnerTexts()
    await ada.getByLabel('The six digits').fill(await app.totp())
    await ada.getByRole('button', { name: 'Ask me for a code from now on' }).click()
    await ada.getByText('Saved.').waitFor()

    const page = await open()
    await page.goto(`${base}/signin`)
    await page.getByRole('link', { name: 'Forgot your password?' }).click()
    await page.getByRole('button', { name: 'Send me a link' }).waitFor()
    await look(page, screenshots, 'signin-forgotten')
    await page.getByRole('link', { name: 'Back' }).click()
    await page.getByLabel('Email').fill('ada@example.org')
    await page.getByLabel('Password').fill(password)
    await page.getByRole('button', { name: 'Sign in', exact: true }).click()
    await page.getByLabel('Code', { exact: true }).waitFor()
    expect(new URL(page.url()).pathname).toBe('/signin/code')
    await look(page, screenshots, 'signin-code')
    await page.getByLabel('Code', { exact: true }).fill(backupCode)
    await page.getByRole('button', { name: 'Sign in', exact: true }).click()
    await page.locator('.nav-person').waitFor()

    await page.goto(`${base}/account`)
    await page.locator('#factor-password').fill(password)
    await page.getByRole('button', { name: 'Ask for no code any more' }).click()
    await page.getByRole('button', { name: 'Set up an app' }).waitFor()
    await page.context().close()
  })

  it('reads what happened to all accounts', async () => {
    await ada.goto(`${base}/events`)
    await ada.getByText('SECOND_FACTOR_OFF').waitFor()
    await look(ada, screenshots, 'events')
  })

  it('works without JavaScript: signing in, a form of the session before, ending other sessions, and out', async () => {
    const page = await open({ javaScriptEnabled: false })
    await page.goto(`${base}/signin?next=/people`)
    await page.getByLabel('Email').fill('ada@example.org')
    await page.getByLabel('Password').fill('wrong')
    await page.getByRole('button', { name: 'Sign in', exact: true }).click()
    await page.getByText('The email or the password is not right.').waitFor()
    await page.getByLabel('Password').fill(password)
    await page.getByRole('button', { name: 'Sign in', exact: true }).click()
    await page.getByRole('heading', { name: 'People' }).waitFor()

    await page.goto(`${base}/account`)
    await page.getByLabel('Your name').fill('Countess Ada')
    const anew = await page.context().newPage()
    const link = await program.context.accounts.signInLink('ada@example.org')
    await anew.goto(link.replace('127.0.0.1', 'localhost'))
    await page.getByRole('button', { name: 'Keep this name' }).click()
    expect(await page.getByLabel('Name').inputValue()).toBe('Countess Ada')
    await page.getByRole('button', { name: 'Send it again' }).click()
    await page.getByText('Saved.').waitFor()
    expect(await page.getByLabel('Your name').inputValue()).toBe('Countess Ada')

    // What stands open where the session was ended says so by itself.
    await ada.goto(`${base}/jobs`)
    await ada.locator('[data-live-light="live"]').waitFor()
    await page.getByRole('button', { name: 'End all others' }).click()
    await ada.getByText('You are signed out. This page stands still.').waitFor()
    await ada.locator('[data-live-light="out"]').waitFor()
    await ada.screenshot({ path: join(screenshots, 'signed-out.png') })
    await ada.getByRole('alert').getByRole('link', { name: 'Sign in' }).click()
    await ada.waitForURL(`${base}/signin?next=%2Fjobs`)

    await page.getByRole('button', { name: 'Sign out' }).click()
    await page.getByRole('heading', { name: 'Sign in' }).waitFor()
    await (page.context() satisfies BrowserContext).close()
  })

  it('runs without a script or a style being refused', () => {
    expect(problems).toEqual([])
  })
})

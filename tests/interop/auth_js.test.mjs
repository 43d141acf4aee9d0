// Auth.js, which logs people in for web frameworks: its handlers, without a framework around them.
// (AUZ-01, MCP-05, UIN-01)
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'

import { Auth } from '@auth/core'

import { Browser, say } from './login.mjs'
import { Server } from './server.mjs'

let server
before(async () => (server = await Server.start()))
after(() => server.stop())

const app = 'https://client.example/auth'

/** The application, and the cookies that one browser has of it. */
class Application {
  constructor(client) {
    this.cookies = new Map()
    this.config = {
      basePath: '/auth',
      trustHost: true,
      secret: 'of the tests alone, and of no worth',
      logger: { error: (why) => (this.failure = why), warn() {}, debug() {} },
      providers: [{
        id: 'mintage', name: 'Mintage', type: 'oidc', issuer: server.issuer, clientId: client.client_id,
        clientSecret: client.client_secret, checks: ['pkce', 'state', 'nonce'], idToken: false, // the profile is that of userinfo
      }],
    }
  }

  async call(url, init = {}) {
    const cookie = [...this.cookies].map((pair) => pair.join('=')).join('; ')
    const response = await Auth(new Request(url, { ...init, headers: { cookie } }), this.config)
    for (const line of response.headers.getSetCookie()) {
      const [, name, value] = /^([^=]+)=([^;]*)/.exec(line)
      this.cookies.set(name, value)
    }
    return response
  }

  /** The URL that the browser is sent to. */
  async signIn() {
    const { csrfToken } = await (await this.call(`${app}/csrf`)).json()
    const response = await this.call(`${app}/signin/mintage`,
      { method: 'POST', body: new URLSearchParams({ csrfToken }) })
    return response.headers.get('location')
  }

  async session() {
    return (await this.call(`${app}/session`)).json()
  }
}

const newApplication = async () => new Application(await server.createClient({
  redirect_uris: [`${app}/callback/mintage`],
  scope: 'openid profile email',
}))

test('Auth.js: a login becomes a session', async () => {
  const application = await newApplication()
  const browser = new Browser(server)
  const handle = await browser.begin(await application.signIn())
  const callback = await browser.finish(await say(server, handle, 'accept',
    { claims: { name: 'Alice', email: 'alice@example.com' } }))
  const response = await application.call(callback)
  assert.equal(response.status, 302, application.failure?.stack)
  assert.equal(application.failure, undefined, application.failure?.stack)
  const { user } = await application.session()
  assert.deepEqual([user.name, user.email], ['Alice', 'alice@example.com'])
})

test('Auth.js: an answer of another browser is no session', async () => {
  const [hers, his] = [await newApplication(), await newApplication()]
  const browser = new Browser(server)
  const handle = await browser.begin(await his.signIn())
  await hers.signIn()
  await hers.call(await browser.finish(await say(server, handle, 'accept')))
  assert(hers.failure)
  assert.equal(await hers.session(), null)
})

// A browser and a login page, as small as they can be: the way from an authorization request to the
// client's redirect URI.
import assert from 'node:assert/strict'

import { loginUrl } from './server.mjs'

const entities = { amp: '&', lt: '<', gt: '>', quot: '"', '#39': "'", '#x27': "'" }
const unescape = (text) => text.replace(/&(#?\w+);/g, (whole, name) => entities[name] ?? whole)

/** One browser: it has the cookies of one server, and follows nothing by itself. */
export class Browser {
  constructor(server) {
    this.server = server
    this.cookie = undefined
  }

  async get(url) {
    const response = await fetch(url, {
      redirect: 'manual',
      headers: this.cookie ? { cookie: this.cookie } : {},
    })
    for (const line of response.headers.getSetCookie()) this.cookie = line.split(';')[0]
    assert.equal(response.headers.get('referrer-policy'), 'no-referrer')
    assert.equal(response.headers.get('cache-control'), 'no-store')
    return response
  }

  /** To the login page. Returns the handle. */
  async begin(url, to = loginUrl) {
    const response = await this.get(url)
    assert.equal(response.status, 303, await response.text())
    const location = new URL(response.headers.get('location'))
    assert.equal(location.origin + location.pathname, to)
    return location.searchParams.get('request')
  }

  /** From the login page to the client: a URL, or of form_post the request that the form sends. */
  async finish(redirectTo) {
    assert(redirectTo.startsWith(`${this.server.issuer}/`))
    const response = await this.get(redirectTo)
    const text = await response.text()
    if (response.status === 303) return new URL(response.headers.get('location'))
    assert.equal(response.status, 200, text)
    const [, action] = /<form[^>]*action="([^"]*)"/.exec(text)
    const fields = [...text.matchAll(/<input[^>]*name="([^"]*)"[^>]*value="([^"]*)"/g)]
    return new Request(unescape(action), {
      method: 'POST',
      body: new URLSearchParams(fields.map(([, name, value]) => [unescape(name), unescape(value)])),
    })
  }
}

/** What the login page reads about a handle. `kind` is authorizations or logouts. */
export async function read(server, handle, kind = 'authorizations') {
  const response = await fetch(`${server.admin}/admin/${kind}/${encodeURIComponent(handle)}`, {
    headers: { authorization: `Bearer ${server.mintToken}` },
  })
  assert.equal(response.status, 200, await response.clone().text())
  return response.json()
}

/** What the login page says: `verdict` is accept or deny. Returns the URL for the browser. */
export async function say(server, handle, verdict, body = {}, status = 200, kind = 'authorizations') {
  const path = `/admin/${kind}/${encodeURIComponent(handle)}/${verdict}`
  const isLogin = verdict === 'accept' && kind === 'authorizations'
  const login = isLogin && { sub: 'alice', auth_time: Math.floor(Date.now() / 1000) }
  const answer = await server.post(path, server.mintToken, { ...login, ...body }, status)
  return answer.redirect_to
}

/** The whole way of somebody who agrees to everything. */
export async function logIn(server, url, body) {
  const browser = new Browser(server)
  const handle = await browser.begin(url)
  return browser.finish(await say(server, handle, 'accept', body))
}

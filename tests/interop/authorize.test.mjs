// Stock clients through /authorize and /par. (AUZ-01 to AUZ-03, PAR-01, JAR-01, JRM-01, MINT-03,
// LGO-02)
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'

import { exportJWK, generateKeyPair } from 'jose'
import * as oauth from 'oauth4webapi'
import * as openid from 'openid-client'

import { checkIdToken, checkScope } from './claims.mjs'
import { Browser, logIn, read, say } from './login.mjs'
import { Server, logoutUrl, redirectUri } from './server.mjs'

let server
before(async () => (server = await Server.start()))
after(() => server.stop())

const insecure = { [oauth.allowInsecureRequests]: true }
const scope = 'openid profile offline_access'

async function openidClient(metadata = {}, auth) {
  const made = await server.createClient(metadata)
  return openid.discovery(new URL(server.issuer), made.client_id, undefined,
    auth ?? openid.ClientSecretBasic(made.client_secret),
    { execute: [openid.allowInsecureRequests, openid.enableNonRepudiationChecks] })
}

/** What a request needs, and what its answer is checked by. */
async function request(members = {}) {
  const verifier = openid.randomPKCECodeVerifier()
  const state = openid.randomState()
  const nonce = openid.randomNonce()
  return {
    parameters: {
      redirect_uri: redirectUri,
      scope,
      state,
      nonce,
      code_challenge: await openid.calculatePKCECodeChallenge(verifier),
      code_challenge_method: 'S256',
      ...members,
    },
    checks: { pkceCodeVerifier: verifier, expectedState: state, expectedNonce: nonce, idTokenExpected: true },
  }
}

const ways = {
  'in the URL': (config, parameters) => openid.buildAuthorizationUrl(config, parameters),
  'pushed (PAR)': (config, parameters) => openid.buildAuthorizationUrlWithPAR(config, parameters),
}
const answers = {
  query: () => {},
  form_post: (config, parameters) => (parameters.response_mode = 'form_post'),
  'a JWT (JARM)': (config) => openid.useJwtResponseMode(config),
}
for (const [way, build] of Object.entries(ways)) {
  for (const [mode, prepare] of Object.entries(answers)) {
    test(`openid-client: the request ${way}, the answer by ${mode}`, async () => {
      const config = await openidClient()
      const { parameters, checks } = await request()
      prepare(config, parameters)
      const callback = await logIn(server, await build(config, parameters))
      const answer = await openid.authorizationCodeGrant(config, callback, checks)
      checkIdToken(answer, 'RS256', checks.expectedNonce)
      checkScope(answer, scope)
    })
  }
}

test('openid-client: a signed request (JAR), of which the outer scope counts for nothing', async () => {
  const { publicKey, privateKey } = await generateKeyPair('ES256', { extractable: true })
  const jwk = { ...(await exportJWK(publicKey)), kid: 'k1', use: 'sig', alg: 'ES256' }
  const key = { key: privateKey, kid: 'k1' }
  const config = await openidClient({ token_endpoint_auth_method: 'private_key_jwt',
    jwks: { keys: [jwk] } }, openid.PrivateKeyJwt(key))
  const { parameters, checks } = await request({ scope: 'openid' })
  const url = await openid.buildAuthorizationUrlWithJAR(config, parameters, key)
  url.searchParams.set('scope', 'openid profile')
  const browser = new Browser(server)
  const handle = await browser.begin(url)
  const asked = await read(server, handle)
  assert.deepEqual([asked.signed, asked.scope], [true, 'openid'])
  const callback = await browser.finish(await say(server, handle, 'accept'))
  const answer = await openid.authorizationCodeGrant(config, callback, checks)
  assert.equal(answer.scope, 'openid')
})

test('the login page reads what was asked, and its verdict is in the ID token', async () => {
  const config = await openidClient({ client_name: 'Shop' })
  const { parameters, checks } = await request({
    prompt: 'login', max_age: '300', acr_values: 'one two', login_hint: 'al', ui_locales: 'de en',
  })
  const browser = new Browser(server)
  const handle = await browser.begin(openid.buildAuthorizationUrl(config, parameters))
  const asked = await read(server, handle)
  assert.deepEqual(asked.client.client_name, 'Shop')
  assert.deepEqual(
    [asked.redirect_host, asked.scope, asked.prompt, asked.max_age, asked.acr_values, asked.login_hint,
      asked.ui_locales, asked.interactive, asked.pkce, asked.pushed],
    ['client.example', scope, ['login'], 300, ['one', 'two'], 'al', ['de', 'en'], true, 'S256', false])
  const redirectTo = await say(server, handle, 'accept',
    { acr: 'two', amr: ['pwd', 'otp'], sid: 'session', scope: 'openid', claims: { name: 'Alice' } })
  const answer = await openid.authorizationCodeGrant(config, await browser.finish(redirectTo), checks)
  const claims = answer.claims()
  assert.deepEqual([claims.acr, claims.amr, claims.sid], ['two', ['pwd', 'otp'], 'session'])
  assert.equal(answer.scope, 'openid')
  // Once (MINT-01).
  const refused = await fetch(`${server.admin}/admin/authorizations/${handle}/deny`, {
    method: 'POST',
    headers: { authorization: `Bearer ${server.mintToken}`, 'content-type': 'application/json' },
    body: '{"error":"access_denied"}',
  })
  assert.deepEqual([refused.status, (await refused.json()).error], [409, 'already_answered'])
})

test('openid-client: a denial is told with state and iss (AUZ-02, MCP-05)', async () => {
  const config = await openidClient()
  const { parameters, checks } = await request()
  const browser = new Browser(server)
  const handle = await browser.begin(openid.buildAuthorizationUrl(config, parameters))
  const callback = await browser.finish(await say(server, handle, 'deny',
    { error: 'access_denied', error_description: 'no' }))
  assert.equal(callback.searchParams.get('iss'), server.issuer)
  await assert.rejects(openid.authorizationCodeGrant(config, callback, checks),
    (found) => found instanceof openid.AuthorizationResponseError && found.error === 'access_denied')
})

test('openid-client: a logout comes back with state (LGO-02)', async () => {
  const back = 'https://client.example/bye?x=1'
  const config = await openidClient({ post_logout_redirect_uris: [back] })
  const { parameters, checks } = await request()
  const browser = new Browser(server)
  const handle = await browser.begin(openid.buildAuthorizationUrl(config, parameters))
  const callback = await browser.finish(await say(server, handle, 'accept', { sid: 'leaving' }))
  const { id_token } = await openid.authorizationCodeGrant(config, callback, checks)
  const url = openid.buildEndSessionUrl(config,
    { id_token_hint: id_token, post_logout_redirect_uri: back, state: 'a b' })
  const logout = await browser.begin(url, logoutUrl)
  const asked = await read(server, logout, 'logouts')
  assert.deepEqual([asked.confirm, asked.sid, asked.hint_sub], [false, 'leaving', 'alice'])
  const left = await browser.finish(await say(server, logout, 'accept', {}, 200, 'logouts'))
  assert.equal(left.href, `${back}&state=a%20b`)
})

test('the answer is for the browser that asked', async () => {
  const config = await openidClient()
  const { parameters } = await request()
  const [hers, his] = [new Browser(server), new Browser(server)]
  const handle = await hers.begin(openid.buildAuthorizationUrl(config, parameters))
  await his.begin(openid.buildAuthorizationUrl(config, parameters)) // he has a cookie of his own
  const redirectTo = await say(server, handle, 'accept')
  const response = await his.get(redirectTo)
  assert.deepEqual([response.status, response.headers.get('location')], [400, null])
})

for (const method of ['client_secret_basic', 'none']) {
  for (const mode of ['query', 'query.jwt', 'form_post', 'form_post.jwt']) {
    test(`oauth4webapi: PAR, ${method}, ${mode}`, async () => {
      const issuer = new URL(server.issuer)
      const as = await oauth.processDiscoveryResponse(issuer,
        await oauth.discoveryRequest(issuer, insecure))
      assert(as.authorization_response_iss_parameter_supported)
      assert(as.response_modes_supported.includes(mode))
      const client = await server.createClient({ token_endpoint_auth_method: method })
      const auth = method === 'none' ? oauth.None() : oauth.ClientSecretBasic(client.client_secret)
      const { parameters, checks } = await request({ response_mode: mode })
      const pushed = await oauth.processPushedAuthorizationResponse(as, client,
        await oauth.pushedAuthorizationRequest(as, client, auth,
          { ...parameters, response_type: 'code' }, insecure))
      const url = new URL(as.authorization_endpoint)
      url.searchParams.set('client_id', client.client_id)
      url.searchParams.set('request_uri', pushed.request_uri)
      const came = await logIn(server, url)
      const sent = came instanceof URL ? came.searchParams : new URLSearchParams(await came.text())
      const validate = mode.endsWith('jwt') ? oauth.validateJwtAuthResponse : oauth.validateAuthResponse
      const callback = await validate(as, client, sent, checks.expectedState, insecure)
      const answer = await oauth.processAuthorizationCodeResponse(as, client,
        await oauth.authorizationCodeGrantRequest(as, client, auth, callback, redirectUri,
          checks.pkceCodeVerifier, insecure),
        { expectedNonce: checks.expectedNonce, requireIdToken: true })
      checkIdToken(answer, 'RS256', checks.expectedNonce)
    })
  }
}

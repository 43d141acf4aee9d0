// Clients that register themselves (RFC 7591), as the libraries do it.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'

import * as oauth from 'oauth4webapi'
import * as openid from 'openid-client'

import { Server, redirectUri } from './server.mjs'

let server
before(async () => (server = await Server.start({ registration: 'open' })))
after(() => server.stop())

test('openid-client registers itself and manages its registration (DCR-02, DCR-06)', async () => {
  const config = await openid.dynamicClientRegistration(new URL(server.issuer), {
    client_name: 'An agent',
    redirect_uris: [redirectUri],
    grant_types: ['authorization_code', 'refresh_token'],
    token_endpoint_auth_method: 'client_secret_post',
  }, undefined, { execute: [openid.allowInsecureRequests] })
  const made = config.clientMetadata()
  assert.match(made.client_id, /^cl_/)
  assert.equal(made.client_secret_expires_at, 0)
  // PKCE is required of every client that registers itself.
  const verifier = openid.randomPKCECodeVerifier()
  const callback = await server.callback(made.client_id, {
    code_challenge: await openid.calculatePKCECodeChallenge(verifier),
    code_challenge_method: 'S256',
  })
  const answer = await openid.authorizationCodeGrant(config, callback,
    { pkceCodeVerifier: verifier, idTokenExpected: true })
  assert.equal(answer.claims().aud, made.client_id)

  const authorization = `Bearer ${made.registration_access_token}`
  const seen = await (await fetch(made.registration_client_uri, { headers: { authorization } })).json()
  assert.deepEqual(seen.redirect_uris, [redirectUri])
  const gone = await fetch(made.registration_client_uri, { method: 'DELETE', headers: { authorization } })
  assert.equal(gone.status, 204)
})

test('oauth4webapi registers a native client without a secret (DCR-01, MCP-11)', async () => {
  const issuer = new URL(server.issuer)
  const insecure = { [oauth.allowInsecureRequests]: true }
  const as = await oauth.processDiscoveryResponse(issuer, await oauth.discoveryRequest(issuer, insecure))
  const response = await oauth.dynamicClientRegistrationRequest(as, {
    application_type: 'native',
    token_endpoint_auth_method: 'none',
    redirect_uris: ['http://127.0.0.1/callback'],
  }, insecure)
  const made = await oauth.processDynamicClientRegistrationResponse(response)
  assert.equal(made.token_endpoint_auth_method, 'none')
  assert.equal(made.client_secret, undefined)
})

test('oauth4webapi registers with an initial access token (DCR-01)', async () => {
  const { token } = await server.post('/admin/registration_tokens', server.adminToken, { scope: 'openid orders' })
  const issuer = new URL(server.issuer)
  const insecure = { [oauth.allowInsecureRequests]: true }
  const as = await oauth.processDiscoveryResponse(issuer, await oauth.discoveryRequest(issuer, insecure))
  const register = () => oauth.dynamicClientRegistrationRequest(as,
    { redirect_uris: [redirectUri] }, { initialAccessToken: token, ...insecure })
  const made = await oauth.processDynamicClientRegistrationResponse(await register())
  assert.equal(made.scope, 'openid orders')
  await assert.rejects(oauth.processDynamicClientRegistrationResponse(await register()),
    (found) => found instanceof oauth.WWWAuthenticateChallengeError)
})

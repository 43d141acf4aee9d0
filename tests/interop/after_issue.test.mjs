// The use of issued tokens, over real TLS: refresh, introspection, revocation, userinfo; and client
// credentials.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'

import * as jose from 'jose'
import * as oauth from 'oauth4webapi'
import * as openid from 'openid-client'

import { checkIdToken } from './claims.mjs'
import { Server, jwtPart } from './server.mjs'

const api = 'https://api.example.com'
const vault = 'https://vault.example.com'
let server, as, keys
before(async () => {
  server = await Server.start({ overTls: true })
  const issuer = new URL(server.issuer)
  as = await oauth.processDiscoveryResponse(issuer, await oauth.discoveryRequest(issuer))
  keys = jose.createRemoteJWKSet(new URL(as.jwks_uri))
  await server.createResource(api, 'read')
  await server.createResource(vault, 'open', { token_format: 'opaque' })
})
after(() => server.stop())

/** A client through openid-client, which discovers the server as an application does. */
async function makeClient(metadata = {}) {
  const made = await server.createClient({ scope: 'openid profile offline_access read open', ...metadata })
  const auth = made.token_endpoint_auth_method === 'none'
    ? openid.None() : openid.ClientSecretBasic(made.client_secret)
  const config = await openid.discovery(new URL(server.issuer), made.client_id,
    { id_token_signed_response_alg: made.id_token_signed_response_alg,
      userinfo_signed_response_alg: made.userinfo_signed_response_alg || undefined }, auth,
    { execute: [openid.enableNonRepudiationChecks] })
  return { made, config }
}

/** A login of alice with offline access. */
async function logIn({ made, config }, members = {}) {
  const verifier = openid.randomPKCECodeVerifier()
  const callback = await server.callback(made.client_id, {
    scope: 'openid profile offline_access',
    code_challenge: await openid.calculatePKCECodeChallenge(verifier),
    code_challenge_method: 'S256',
    ...members,
  })
  return openid.authorizationCodeGrant(config, callback,
    { pkceCodeVerifier: verifier, expectedNonce: members.nonce })
}

/** An access token as an API verifies it. */
const verifyAccessToken = (token, audience = `${server.issuer}/userinfo`) =>
  jose.jwtVerify(token, keys, { issuer: server.issuer, audience, typ: 'at+jwt' })

for (const alg of ['RS256', 'ES256']) {
  test(`a static refresh token goes on and on (RFT-02), ${alg}`, async () => {
    const client = await makeClient({ id_token_signed_response_alg: alg })
    const first = await logIn(client, { nonce: 'n-0S6_WzA2Mj' })
    for (let i = 0; i < 3; ++i) {
      const next = await openid.refreshTokenGrant(client.config, first.refresh_token)
      assert.equal(next.refresh_token, first.refresh_token)
      assert.notEqual(next.access_token, first.access_token)
      checkIdToken(next, alg, undefined) // no nonce in a refreshed one (RFT-09)
      assert.equal(next.claims().auth_time, first.claims().auth_time)
      await verifyAccessToken(next.access_token)
    }
  })
}

test('a rotating refresh token has one successor, which grace repeats (RFT-03, RFT-06)', async () => {
  const client = await makeClient({ token_endpoint_auth_method: 'none' })
  const first = await logIn(client)
  const [a, b] = await Promise.all([
    openid.refreshTokenGrant(client.config, first.refresh_token),
    openid.refreshTokenGrant(client.config, first.refresh_token),
  ])
  assert.notEqual(a.refresh_token, first.refresh_token)
  assert.equal(a.refresh_token, b.refresh_token)
  const third = await openid.refreshTokenGrant(client.config, a.refresh_token)
  // The successor was used, so the first token counts as stolen and the family is revoked (RFT-04).
  await assert.rejects(openid.refreshTokenGrant(client.config, first.refresh_token),
    (found) => found.error === 'invalid_grant')
  await assert.rejects(openid.refreshTokenGrant(client.config, third.refresh_token),
    (found) => found.error === 'invalid_grant')
})

test('a refresh may narrow the scope and never widen it (RFT-07)', async () => {
  const client = await makeClient()
  const first = await logIn(client)
  const narrow = await openid.refreshTokenGrant(client.config, first.refresh_token, { scope: 'profile' })
  assert.equal(narrow.scope, 'profile')
  assert.equal(narrow.id_token, undefined)
  await assert.rejects(
    openid.refreshTokenGrant(client.config, first.refresh_token, { scope: 'openid read' }),
    (found) => found.error === 'invalid_scope')
})

test('a service gets a token of its own (CCG-01)', async () => {
  const client = await makeClient({ grant_types: ['client_credentials'], redirect_uris: [] })
  const answer = await openid.clientCredentialsGrant(client.config, { scope: 'read' })
  const { payload } = await verifyAccessToken(answer.access_token, api)
  assert.equal(payload.sub, client.made.client_id)
  assert.equal(payload.scope, 'read')
  assert.equal(answer.refresh_token, undefined)
  assert.equal(answer.id_token, undefined)
})

test('an opaque token says what it is worth by introspection alone (ATK-06, INT-02)', async () => {
  const gate = await makeClient()
  await server.createResource(vault, 'open',
    { token_format: 'opaque', resource_servers: [gate.made.client_id] })
  const client = await makeClient()
  const answer = await logIn(client, { scope: 'openid open' })
  assert.match(answer.access_token, /^mat_[A-Za-z0-9_-]{45}$/)
  for (const caller of [client, gate]) {
    const told = await openid.tokenIntrospection(caller.config, answer.access_token)
    assert.equal(told.active, true)
    assert.equal(told.sub, 'alice')
    // openid without the resource parameter: userinfo takes the token as well.
    assert.deepEqual(told.aud, [vault, as.userinfo_endpoint])
    assert.equal(told.client_id, client.made.client_id)
  }
  const other = await makeClient()
  assert.deepEqual(await openid.tokenIntrospection(other.config, answer.access_token), { active: false })
  await openid.tokenRevocation(client.config, answer.access_token)
  assert.deepEqual(await openid.tokenIntrospection(gate.config, answer.access_token), { active: false })
})

test('introspection answers signed when asked (INT-03)', async () => {
  const made = await server.createClient()
  const client = { ...made, introspection_signed_response_alg: 'RS256' }
  const auth = oauth.ClientSecretBasic(made.client_secret)
  const callback = await server.callback(made.client_id)
  const granted = await oauth.processAuthorizationCodeResponse(as, client,
    await oauth.authorizationCodeGrantRequest(as, client, auth,
      oauth.validateAuthResponse(as, client, callback, oauth.skipStateCheck),
      'https://client.example/cb', oauth.nopkce))
  const response = await oauth.introspectionRequest(as, client, auth, granted.access_token,
    { requestJwtResponse: true })
  const header = jwtPart(await response.clone().text(), 0)
  assert.equal(header.typ, 'token-introspection+jwt')
  const told = await oauth.processIntrospectionResponse(as,
    { ...client, introspection_signed_response_alg: header.alg }, response)
  assert.equal(told.active, true)
  await oauth.validateApplicationLevelSignature(as, response)
})

test('a revoked refresh token takes its family along (REV-02)', async () => {
  const client = await makeClient()
  const answer = await logIn(client)
  await openid.fetchUserInfo(client.config, answer.access_token, 'alice')
  await openid.tokenRevocation(client.config, answer.refresh_token)
  await assert.rejects(openid.refreshTokenGrant(client.config, answer.refresh_token),
    (found) => found.error === 'invalid_grant')
  assert.deepEqual(await openid.tokenIntrospection(client.config, answer.access_token), { active: false })
  await assert.rejects(openid.fetchUserInfo(client.config, answer.access_token, 'alice'),
    (found) => found instanceof openid.WWWAuthenticateChallengeError && found.status === 401)
})

for (const alg of [undefined, 'ES256', 'RS256']) {
  test(`userinfo tells the claims of the login, ${alg ?? 'plain'} (UIN-03)`, async () => {
    const client = await makeClient(alg && { userinfo_signed_response_alg: alg })
    const answer = await logIn(client, { claims: { name: 'Alice', email: 'alice@example.com', phone_number: null } })
    const told = await openid.fetchUserInfo(client.config, answer.access_token, 'alice')
    assert.equal(told.name, 'Alice')
    assert.equal(told.email, 'alice@example.com')
    assert(!('phone_number' in told))
  })
}

test('a pairwise client sees another subject, the same everywhere', async () => {
  const client = await makeClient({ subject_type: 'pairwise' })
  const answer = await logIn(client)
  const { sub } = answer.claims()
  assert.notEqual(sub, 'alice')
  assert.equal((await openid.fetchUserInfo(client.config, answer.access_token, sub)).sub, sub)
  assert.equal((await verifyAccessToken(answer.access_token)).payload.sub, sub)
  assert.equal((await openid.tokenIntrospection(client.config, answer.access_token)).sub, sub)
  assert.equal((await logIn(client)).claims().sub, sub)
})

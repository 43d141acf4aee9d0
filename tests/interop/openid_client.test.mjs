import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'

import * as openid from 'openid-client'

import { checkIdToken, checkScope } from './claims.mjs'
import { Server, pkce } from './server.mjs'

let server
before(async () => (server = await Server.start()))
after(() => server.stop())

/** Discovery included, as an application does it at its start; ID tokens are verified by the keys of /jwks. */
async function makeClient(method, metadata = {}) {
  const made = await server.createClient({ token_endpoint_auth_method: method, ...metadata })
  const auth = {
    client_secret_basic: () => openid.ClientSecretBasic(made.client_secret),
    client_secret_post: () => openid.ClientSecretPost(made.client_secret),
    none: () => openid.None(),
  }[method]()
  return openid.discovery(new URL(server.issuer), made.client_id,
    { id_token_signed_response_alg: made.id_token_signed_response_alg }, auth,
    { execute: [openid.allowInsecureRequests, openid.enableNonRepudiationChecks] })
}
const idOf = (config) => config.clientMetadata().client_id

for (const method of ['client_secret_basic', 'client_secret_post', 'none']) {
  for (const alg of ['ES256', 'RS256']) {
    for (const scope of ['openid profile', 'openid profile offline_access']) {
      test(`a code becomes tokens: ${method}, ${alg}, scope ${scope}`, async () => {
        const config = await makeClient(method, { id_token_signed_response_alg: alg })
        const verifier = openid.randomPKCECodeVerifier()
        const nonce = openid.randomNonce()
        const state = openid.randomState()
        const callback = await server.callback(idOf(config), {
          scope,
          nonce,
          state,
          code_challenge: await openid.calculatePKCECodeChallenge(verifier),
          code_challenge_method: 'S256',
        })
        const answer = await openid.authorizationCodeGrant(config, callback, {
          pkceCodeVerifier: verifier,
          expectedNonce: nonce,
          expectedState: state,
          maxAge: 60, // makes the library demand and check auth_time
          idTokenExpected: true,
        })
        assert.equal(answer.claims().aud, idOf(config))
        assert.equal(answer.expires_in, 600)
        checkIdToken(answer, alg, nonce)
        checkScope(answer, scope)
      })
    }
  }
}

test('a confidential client may go without PKCE, nonce and offline access', async () => {
  const config = await makeClient('client_secret_basic')
  const answer = await openid.authorizationCodeGrant(config, await server.callback(idOf(config)))
  checkIdToken(answer, 'RS256', undefined)
  checkScope(answer, 'openid')
})

test('without the scope openid there is no ID token (§3.3)', async () => {
  const config = await makeClient('client_secret_basic')
  const callback = await server.callback(idOf(config), { scope: 'profile' })
  const answer = await openid.authorizationCodeGrant(config, callback)
  assert.equal(answer.id_token, undefined)
  // Such a request is plain OAuth, where offline_access has no meaning (COD-11).
  assert.equal(typeof answer.refresh_token, 'string')
})

test('an imported secret with odd characters works by header and by body (CAU-03, CAU-05)', async () => {
  const id = 'shop:1+%'
  const secret = 'pa ss+%:&=word'
  await server.createClient({ client_id: id, client_secret: secret })
  for (const auth of [openid.ClientSecretBasic(secret), openid.ClientSecretPost(secret)]) {
    const config = await openid.discovery(new URL(server.issuer), id, undefined, auth,
      { execute: [openid.allowInsecureRequests] })
    await openid.authorizationCodeGrant(config, await server.callback(id))
  }
})

test('a wrong secret is refused with a challenge (TOK-18)', async () => {
  const id = idOf(await makeClient('client_secret_basic'))
  const config = await openid.discovery(new URL(server.issuer), id, undefined,
    openid.ClientSecretBasic('wrong'), { execute: [openid.allowInsecureRequests] })
  const callback = await server.callback(id)
  await assert.rejects(
    openid.authorizationCodeGrant(config, callback),
    (found) => found instanceof openid.WWWAuthenticateChallengeError && found.status === 401,
  )
})

test('the second exchange of a code is refused (COD-04)', async () => {
  const config = await makeClient('client_secret_post')
  const callback = await server.callback(idOf(config))
  await openid.authorizationCodeGrant(config, callback)
  await assert.rejects(
    openid.authorizationCodeGrant(config, callback),
    (found) => found instanceof openid.ResponseBodyError && found.error === 'invalid_grant',
  )
})

test('of 20 exchanges of one code at once, one succeeds (COD-04)', async () => {
  const config = await makeClient('client_secret_basic')
  const callback = await server.callback(idOf(config))
  const outcomes = await Promise.allSettled(
    Array.from({ length: 20 }, () => openid.authorizationCodeGrant(config, callback)),
  )
  assert.equal(outcomes.filter((o) => o.status === 'fulfilled').length, 1)
  for (const { reason } of outcomes.filter((o) => o.status === 'rejected')) {
    assert.equal(reason.error, 'invalid_grant')
  }
})

import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'

import * as oauth from 'oauth4webapi'

import { checkIdToken, checkScope } from './claims.mjs'
import { Server, pkce, redirectUri } from './server.mjs'

const insecure = { [oauth.allowInsecureRequests]: true }
let server, as
before(async () => {
  server = await Server.start()
  const issuer = new URL(server.issuer)
  as = await oauth.processDiscoveryResponse(issuer, await oauth.discoveryRequest(issuer, insecure))
})
after(() => server.stop())

/** A client as the library sees it, and its way to authenticate. */
async function makeClient(method, metadata = {}) {
  const made = await server.createClient({ token_endpoint_auth_method: method, ...metadata })
  const auth = {
    client_secret_basic: () => oauth.ClientSecretBasic(made.client_secret),
    client_secret_post: () => oauth.ClientSecretPost(made.client_secret),
    none: () => oauth.None(),
  }[method]()
  return { client: made, auth }
}

const grant = ({ client, auth }, callback, verifier = oauth.nopkce, uri = redirectUri) =>
  oauth.authorizationCodeGrantRequest(
    as, client, auth, oauth.validateAuthResponse(as, client, callback, oauth.skipStateCheck),
    uri, verifier, insecure)

for (const method of ['client_secret_basic', 'client_secret_post', 'none']) {
  for (const alg of ['ES256', 'RS256']) {
    for (const scope of ['openid', 'openid offline_access']) {
      const usesPkce = method === 'none' || alg === 'ES256'
      const name = `${method}, ${alg}, ${usesPkce ? 'PKCE' : 'no PKCE'}, scope ${scope}`
      test(`a code becomes tokens: ${name}`, async () => {
        const who = await makeClient(method, { id_token_signed_response_alg: alg })
        const nonce = oauth.generateRandomNonce()
        const callback = await server.callback(who.client.client_id, {
          scope,
          nonce,
          ...(usesPkce && { code_challenge: pkce.challenge, code_challenge_method: 'S256' }),
        })
        const response = await grant(who, callback, usesPkce ? pkce.verifier : oauth.nopkce)
        assert.equal(response.headers.get('cache-control'), 'no-store')
        const answer = await oauth.processAuthorizationCodeResponse(as, who.client, response, {
          expectedNonce: nonce,
          requireIdToken: true,
        })
        await oauth.validateApplicationLevelSignature(as, response, insecure)
        assert.equal(oauth.getValidatedIdTokenClaims(answer).aud, who.client.client_id)
        assert.equal(answer.token_type, 'bearer')
        assert.equal(answer.expires_in, 600)
        checkIdToken(answer, alg, nonce)
        checkScope(answer, scope)
      })
    }
  }
}

test('a resource server accepts the access token (RFC 9068)', async () => {
  const who = await makeClient('client_secret_basic')
  const response = await grant(who, await server.callback(who.client.client_id))
  const answer = await oauth.processAuthorizationCodeResponse(as, who.client, response)
  const audience = `${server.issuer}/userinfo`
  const request = new Request(audience, {
    headers: { authorization: `Bearer ${answer.access_token}` },
  })
  const claims = await oauth.validateJwtAccessToken(as, request, audience, insecure)
  assert.equal(claims.sub, 'alice')
  assert.equal(claims.client_id, who.client.client_id)
  assert.equal(claims.scope, 'openid')
})

/** Expects the library to report an OAuth error and returns what it found. */
async function refused(who, response) {
  try {
    await oauth.processAuthorizationCodeResponse(as, who.client, response)
  } catch (found) {
    return found
  }
  assert.fail('the request was accepted')
}
async function expectError(who, response, error, status = 400) {
  const found = await refused(who, response)
  assert(found instanceof oauth.ResponseBodyError, String(found))
  assert.deepEqual([found.error, found.status], [error, status])
  assert.equal(typeof found.error_description, 'string')
}

test('a wrong secret in the header is answered with a challenge (TOK-18)', async () => {
  const who = await makeClient('client_secret_basic')
  const callback = await server.callback(who.client.client_id)
  const intruder = { client: who.client, auth: oauth.ClientSecretBasic('wrong') }
  const found = await refused(intruder, await grant(intruder, callback))
  assert(found instanceof oauth.WWWAuthenticateChallengeError, String(found))
  assert.equal(found.status, 401)
  const [challenge] = found.cause
  assert.equal(challenge.scheme, 'basic')
  assert.equal(challenge.parameters.realm, server.issuer)
  assert.equal((await found.response.json()).error, 'invalid_client')
  // The code is still live after the attempt (COD-05).
  const response = await grant(who, callback)
  await oauth.processAuthorizationCodeResponse(as, who.client, response)
})

test('a wrong secret in the body is answered without a challenge (TOK-18)', async () => {
  const who = await makeClient('client_secret_post')
  const callback = await server.callback(who.client.client_id)
  who.auth = oauth.ClientSecretPost('wrong')
  await expectError(who, await grant(who, callback), 'invalid_client')
})

test('a code is good for one exchange (COD-04)', async () => {
  const who = await makeClient('client_secret_basic')
  const callback = await server.callback(who.client.client_id)
  await oauth.processAuthorizationCodeResponse(as, who.client, await grant(who, callback))
  await expectError(who, await grant(who, callback), 'invalid_grant')
})

test('a code is good for its client only (COD-01)', async () => {
  const [owner, other] = [await makeClient('client_secret_basic'), await makeClient('client_secret_basic')]
  const callback = await server.callback(owner.client.client_id)
  await expectError(other, await grant(other, callback), 'invalid_grant')
})

test('another redirect_uri is refused (COD-02)', async () => {
  const who = await makeClient('client_secret_basic')
  const callback = await server.callback(who.client.client_id)
  const response = await grant(who, callback, oauth.nopkce, `${redirectUri}/`)
  await expectError(who, response, 'invalid_grant')
})

test('a verifier that does not match is refused (PKC-04)', async () => {
  const who = await makeClient('none')
  const callback = await server.callback(who.client.client_id, {
    code_challenge: pkce.challenge,
    code_challenge_method: 'S256',
  })
  await expectError(who, await grant(who, callback, oauth.generateRandomCodeVerifier()), 'invalid_grant')
  await expectError(who, await grant(who, callback), 'invalid_grant') // missing (PKC-05)
})

test('a verifier for a code without challenge is refused (PKC-06)', async () => {
  const who = await makeClient('client_secret_basic')
  const callback = await server.callback(who.client.client_id)
  await expectError(who, await grant(who, callback, pkce.verifier), 'invalid_request')
})

test('a malformed verifier is refused (PKC-03)', async () => {
  const who = await makeClient('none')
  const callback = await server.callback(who.client.client_id, {
    code_challenge: pkce.challenge,
    code_challenge_method: 'S256',
  })
  await expectError(who, await grant(who, callback, 'too-short'), 'invalid_request')
})

test('a grant type that does not exist yet is refused by name (P12)', async () => {
  const who = await makeClient('client_secret_basic')
  const response = await oauth.genericTokenEndpointRequest(
    as, who.client, who.auth, 'urn:ietf:params:oauth:grant-type:device_code',
    new URLSearchParams({ device_code: 'x' }), insecure)
  await expectError(who, response, 'unsupported_grant_type')
})

// Clients that sign their requests (private_key_jwt, client_secret_jwt), by every algorithm.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'

import * as jose from 'jose'
import * as oauth from 'oauth4webapi'
import * as openid from 'openid-client'

import { Server, jwtPart, pkce } from './server.mjs'

let server
before(async () => (server = await Server.start()))
after(() => server.stop())

const byKey = ['ES256', 'ES384', 'ES512', 'EdDSA', 'PS256', 'PS384', 'PS512', 'RS256', 'RS384', 'RS512']
const bySecret = ['HS256', 'HS384', 'HS512']
const insecure = { execute: [openid.allowInsecureRequests] }

/** A client with a key pair of its own. */
async function makeSigner(alg, members = {}) {
  const { publicKey, privateKey } = await jose.generateKeyPair(alg, { extractable: true })
  const jwk = { ...(await jose.exportJWK(publicKey)), kid: 'k1', use: 'sig' }
  const made = await server.createClient({
    token_endpoint_auth_method: 'private_key_jwt',
    token_endpoint_auth_signing_alg: alg,
    jwks: { keys: [jwk] },
    ...members,
  })
  return { made, privateKey }
}
const makeKeyed = (alg, members = {}) => server.createClient({
  token_endpoint_auth_method: 'client_secret_jwt', token_endpoint_auth_signing_alg: alg, ...members })

/** Code, refresh, introspection and revocation through openid-client. */
async function checkLife(config, clientId) {
  const callback = await server.callback(clientId, {
    scope: 'openid profile offline_access',
    code_challenge: pkce.challenge,
    code_challenge_method: 'S256',
  })
  const first = await openid.authorizationCodeGrant(config, callback, { pkceCodeVerifier: pkce.verifier })
  assert.equal(first.claims().aud, clientId)
  const next = await openid.refreshTokenGrant(config, first.refresh_token)
  assert.equal((await openid.tokenIntrospection(config, next.access_token)).active, true)
  await openid.tokenRevocation(config, next.access_token)
  assert.equal((await openid.tokenIntrospection(config, next.access_token)).active, false)
}

test('the algorithms of assertions are announced (MET-02)', async () => {
  const issuer = new URL(server.issuer)
  const as = await oauth.processDiscoveryResponse(issuer,
    await oauth.discoveryRequest(issuer, { [oauth.allowInsecureRequests]: true }))
  for (const at of ['token', 'introspection', 'revocation']) {
    assert.deepEqual(as[`${at}_endpoint_auth_signing_alg_values_supported`], [...byKey, ...bySecret])
  }
})

for (const alg of byKey) {
  test(`openid-client: private_key_jwt, ${alg} (CAU-06)`, async () => {
    const { made, privateKey } = await makeSigner(alg)
    const auth = openid.PrivateKeyJwt({ key: privateKey, kid: 'k1' })
    const config = await openid.discovery(new URL(server.issuer), made.client_id, undefined, auth, insecure)
    await checkLife(config, made.client_id)
  })

  test(`oauth4webapi: private_key_jwt, ${alg}, client credentials (CCG-01)`, async () => {
    const { made, privateKey } = await makeSigner(alg,
      { grant_types: ['client_credentials'], redirect_uris: [], scope: 'profile' })
    const as = { issuer: server.issuer, token_endpoint: `${server.issuer}/token` }
    const client = { client_id: made.client_id }
    const response = await oauth.clientCredentialsGrantRequest(as, client,
      oauth.PrivateKeyJwt({ key: privateKey, kid: 'k1' }), { scope: 'profile' },
      { [oauth.allowInsecureRequests]: true })
    const answer = await oauth.processClientCredentialsResponse(as, client, response)
    assert.equal(jwtPart(answer.access_token, 1).client_id, made.client_id)
  })
}

test('openid-client: client_secret_jwt (CAU-06, CAU-12)', async () => {
  const made = await makeKeyed('HS256')
  const config = await openid.discovery(new URL(server.issuer), made.client_id, undefined,
    openid.ClientSecretJwt(made.client_secret), insecure)
  await checkLife(config, made.client_id)
})

for (const alg of bySecret) {
  test(`jose: client_secret_jwt by hand, ${alg}, once (CAU-07)`, async () => {
    const made = await makeKeyed(alg,
      { grant_types: ['client_credentials'], redirect_uris: [], scope: 'profile' })
    const assertion = await new jose.SignJWT()
      .setProtectedHeader({ alg })
      .setIssuer(made.client_id).setSubject(made.client_id).setAudience(server.issuer)
      .setJti(crypto.randomUUID()).setIssuedAt().setExpirationTime('1m')
      .sign(new TextEncoder().encode(made.client_secret))
    const send = () => fetch(`${server.issuer}/token`, {
      method: 'POST',
      body: new URLSearchParams({
        grant_type: 'client_credentials',
        client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
        client_assertion: assertion,
      }),
    })
    assert.equal((await send()).status, 200)
    const again = await send()
    assert.equal(again.status, 400)
    assert.equal((await again.json()).error, 'invalid_client')
  })
}

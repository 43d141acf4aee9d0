// Tokens that are bound to a key (DPoP, RFC 9449), over real TLS, with and without nonces.
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'

import * as dpop from 'dpop'
import * as jose from 'jose'
import * as oauth from 'oauth4webapi'
import * as openid from 'openid-client'

import { Server, jwtPart, pkce, redirectUri } from './server.mjs'

for (const nonces of ['off', 'required']) {
  describe(`nonces ${nonces}`, () => {
    let server, as
    before(async () => {
      server = await Server.start({ overTls: true, nonces })
      const issuer = new URL(server.issuer)
      as = await oauth.processDiscoveryResponse(issuer, await oauth.discoveryRequest(issuer))
    })
    after(() => server.stop())

    /** A client through openid-client, with a key of its own. */
    async function makeClient(alg = 'ES256', metadata = {}) {
      const made = await server.createClient({ grant_types: ['authorization_code', 'refresh_token'], ...metadata })
      const auth = made.token_endpoint_auth_method === 'none'
        ? openid.None() : openid.ClientSecretBasic(made.client_secret)
      const config = await openid.discovery(new URL(server.issuer), made.client_id, undefined, auth)
      const DPoP = openid.getDPoPHandle(config, await openid.randomDPoPKeyPair(alg))
      return { made, config, DPoP }
    }
    async function logIn({ made, config, DPoP }, members = {}) {
      const callback = await server.callback(made.client_id, {
        scope: 'openid profile offline_access',
        code_challenge: pkce.challenge,
        code_challenge_method: 'S256',
        ...members,
      })
      return openid.authorizationCodeGrant(config, callback, { pkceCodeVerifier: pkce.verifier },
        undefined, { DPoP })
    }
    async function checkBound(answer, DPoP) {
      assert.equal(answer.token_type, 'dpop')
      assert.equal(jwtPart(answer.access_token, 1).cnf.jkt, await DPoP.calculateThumbprint())
    }

    test('the algorithms are announced (DPO-02)', () => {
      assert.deepEqual(as.dpop_signing_alg_values_supported,
        ['ES256', 'EdDSA', 'Ed25519', 'PS256', 'ES384', 'RS256'])
    })

    for (const alg of ['ES256', 'ES384', 'Ed25519', 'PS256', 'RS256']) {
      test(`openid-client: code, refresh and userinfo, ${alg}`, async () => {
        const client = await makeClient(alg)
        const { config, DPoP } = client
        const first = await logIn(client)
        await checkBound(first, DPoP)
        const next = await openid.refreshTokenGrant(config, first.refresh_token, undefined, { DPoP })
        await checkBound(next, DPoP)
        const person = await openid.fetchUserInfo(config, next.access_token, 'alice', { DPoP })
        assert.equal(person.sub, 'alice')
        const told = await openid.tokenIntrospection(config, next.access_token)
        assert.equal(told.token_type, 'DPoP')
        assert.equal(told.cnf.jkt, await DPoP.calculateThumbprint())
      })
    }

    test('openid-client: a public client keeps its refresh token and its key (RFT-08)', async () => {
      const client = await makeClient('ES256', { token_endpoint_auth_method: 'none' })
      const { config, DPoP } = client
      const first = await logIn(client)
      const next = await openid.refreshTokenGrant(config, first.refresh_token, undefined, { DPoP })
      assert.equal(next.refresh_token, first.refresh_token)
      const other = openid.getDPoPHandle(config, await openid.randomDPoPKeyPair('ES256'))
      await assert.rejects(
        openid.refreshTokenGrant(config, first.refresh_token, undefined, { DPoP: other }),
        (found) => found.error === 'invalid_grant')
      await assert.rejects(openid.refreshTokenGrant(config, first.refresh_token),
        (found) => found.error === 'invalid_dpop_proof')
    })

    test('openid-client: a code is bound to the key of its request (COD-09)', async () => {
      const client = await makeClient()
      const jkt = await client.DPoP.calculateThumbprint()
      await checkBound(await logIn(client, { dpop_jkt: jkt }), client.DPoP)
      const other = await makeClient()
      await assert.rejects(logIn(other, { dpop_jkt: jkt }), (found) => found.error === 'invalid_grant')
    })

    test('oauth4webapi: client credentials, and a token that is no bearer token', async () => {
      const made = await server.createClient({ grant_types: ['client_credentials'], redirect_uris: [], scope: 'profile' })
      const client = { client_id: made.client_id }
      const DPoP = oauth.DPoP(client, await oauth.generateKeyPair('ES256'))
      const ask = async () => oauth.processClientCredentialsResponse(as, client,
        await oauth.clientCredentialsGrantRequest(as, client, oauth.ClientSecretBasic(made.client_secret),
          { scope: 'profile' }, { DPoP }))
      const answer = await ask().catch((found) => {
        assert.equal(nonces, 'required', String(found))
        assert(oauth.isDPoPNonceError(found))
        return ask()
      })
      await checkBound(answer, DPoP)
    })

    test('oauth4webapi: a resource server accepts the token with its proof alone', async () => {
      const client = await makeClient()
      const { access_token } = await logIn(client)
      const pair = await oauth.generateKeyPair('ES256')
      const url = as.userinfo_endpoint
      const bearer = await fetch(url, { headers: { authorization: `Bearer ${access_token}` } })
      assert.equal(bearer.status, 401)
      assert.match(bearer.headers.get('www-authenticate'), /^DPoP .*error="invalid_token"/)
      const request = new Request(url, {
        headers: { authorization: `DPoP ${access_token}`, dpop: await dpop.generateProof(pair, url, 'GET', undefined, access_token) },
      })
      await assert.rejects(oauth.validateJwtAccessToken(as, request, url))
    })

    for (const alg of ['ES256', 'Ed25519', 'PS256', 'RS256']) {
      test(`dpop and jose: proofs made by hand, ${alg}`, async () => {
        const made = await server.createClient()
        const pair = await dpop.generateKeyPair(alg, { extractable: true })
        const { searchParams } = await server.callback(made.client_id)
        const send = async (nonce) => fetch(as.token_endpoint, {
          method: 'POST',
          headers: {
            authorization: `Basic ${btoa(`${made.client_id}:${made.client_secret}`)}`,
            dpop: await dpop.generateProof(pair, as.token_endpoint, 'POST', nonce),
          },
          body: new URLSearchParams({
            grant_type: 'authorization_code', code: searchParams.get('code'), redirect_uri: redirectUri }),
        })
        let response = await send()
        if (nonces === 'required') {
          assert.equal(response.status, 400)
          assert.equal((await response.json()).error, 'use_dpop_nonce')
          response = await send(response.headers.get('dpop-nonce'))
        }
        assert.equal(response.status, 200)
        assert.equal(response.headers.get('dpop-nonce'), null)
        const { access_token } = await response.json()
        const keys = jose.createRemoteJWKSet(new URL(as.jwks_uri))
        const { payload } = await jose.jwtVerify(access_token, keys, { issuer: server.issuer, typ: 'at+jwt' })
        assert.equal(payload.cnf.jkt, await jose.calculateJwkThumbprint(await jose.exportJWK(pair.publicKey)))
      })
    }
  })
}

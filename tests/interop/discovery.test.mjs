import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'

import * as oauth from 'oauth4webapi'
import * as openid from 'openid-client'

import { Server } from './server.mjs'

let server
before(async () => (server = await Server.start()))
after(() => server.stop())

for (const algorithm of ['oidc', 'oauth2']) {
  test(`oauth4webapi discovers the server (${algorithm}) (MET-01)`, async () => {
    const issuer = new URL(server.issuer)
    const response = await oauth.discoveryRequest(issuer, {
      algorithm,
      [oauth.allowInsecureRequests]: true,
    })
    const metadata = await oauth.processDiscoveryResponse(issuer, response)
    assert.equal(metadata.token_endpoint, `${server.issuer}/token`)
    assert.equal(metadata.jwks_uri, `${server.issuer}/jwks`)
  })

  test(`openid-client discovers the server (${algorithm}) (MET-01)`, async () => {
    const config = await openid.discovery(new URL(server.issuer), 'any', undefined, undefined, {
      algorithm,
      execute: [openid.allowInsecureRequests],
    })
    const metadata = config.serverMetadata()
    assert.equal(metadata.issuer, server.issuer)
    assert(metadata.supportsPKCE('S256'))
    assert.deepEqual(metadata.grant_types_supported,
      ['authorization_code', 'refresh_token', 'client_credentials'])
    for (const alg of ['ES256', 'RS256']) {
      assert(metadata.id_token_signing_alg_values_supported.includes(alg))
    }
    for (const method of ['client_secret_basic', 'client_secret_post', 'client_secret_jwt', 'private_key_jwt',
      'none']) {
      assert(metadata.token_endpoint_auth_methods_supported.includes(method))
    }
  })
}

test('both discovery documents are the same (MET-01)', async () => {
  const [a, b] = await Promise.all(
    ['openid-configuration', 'oauth-authorization-server'].map(async (name) =>
      (await fetch(`${server.issuer}/.well-known/${name}`)).text(),
    ),
  )
  assert.equal(a, b)
})

test('the key set has one public key for each algorithm (JWK-01)', async () => {
  const response = await fetch(`${server.issuer}/jwks`)
  const { keys } = await response.json()
  assert.deepEqual(keys.map((key) => key.alg).sort(), ['ES256', 'RS256'])
  assert.equal(new Set(keys.map((key) => key.kid)).size, keys.length)
  for (const key of keys) {
    assert.equal(key.use, 'sig')
    assert.deepEqual(Object.keys(key).filter((name) => /^([dpqk]|d[pq]|qi|oth)$/.test(name)), [])
    const algorithm = { ES256: { name: 'ECDSA', namedCurve: 'P-256' },
      RS256: { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' } }[key.alg]
    await crypto.subtle.importKey('jwk', key, algorithm, true, ['verify'])
  }
})

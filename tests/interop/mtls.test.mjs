// Client certificates over real TLS: authentication, and tokens that are bound to them (RFC 8705).
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { X509Certificate } from 'node:crypto'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { Agent, request } from 'node:https'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'

import * as openid from 'openid-client'

import { Server, jwtPart, pkce } from './server.mjs'

let folder, server, api, self
const openssl = (...args) => execFileSync('openssl', args, { cwd: folder, stdio: 'pipe' })
const newKey = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes']

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'mintage-mtls-'))
  openssl('req', '-x509', ...newKey, '-days', '2', '-subj', '/CN=test authority', '-keyout', 'ca.key', '-out', 'ca.pem')
  openssl('req', ...newKey, '-subj', '/C=DE/O=Example/CN=api', '-keyout', 'api.key', '-out', 'api.csr')
  await writeFile(join(folder, 'ext'), 'extendedKeyUsage=clientAuth\n')
  openssl('x509', '-req', '-in', 'api.csr', '-CA', 'ca.pem', '-CAkey', 'ca.key', '-CAcreateserial', '-days', '2',
    '-extfile', 'ext', '-out', 'api.pem')
  openssl('req', '-x509', ...newKey, '-days', '2', '-subj', '/CN=self', '-keyout', 'self.key', '-out', 'self.pem')
  api = await pairOf('api')
  self = await pairOf('self')
  server = await Server.start({ overTls: true, clientCa: join(folder, 'ca.pem') })
})
after(async () => {
  await server.stop()
  await rm(folder, { recursive: true })
})

async function pairOf(name) {
  const [cert, key] = await Promise.all(['pem', 'key'].map((end) => readFile(join(folder, `${name}.${end}`))))
  return { cert, key }
}
const thumbprintOf = ({ cert }) =>
  Buffer.from(new X509Certificate(cert).fingerprint256.replaceAll(':', ''), 'hex').toString('base64url')

/** fetch with a certificate, which Node's own has not. */
function fetchWith(pair) {
  const agent = new Agent({ ...pair, keepAlive: true })
  return async (url, options) => {
    const body = options.body === undefined ? undefined : String(options.body)
    const headers = Object.fromEntries(new Headers(options.headers))
    if (body !== undefined) headers['content-length'] = Buffer.byteLength(body)
    return new Promise((done, fail) => {
      const sent = request(url, { agent, method: options.method, headers, ca: undefined }, async (answer) => {
        const chunks = []
        for await (const chunk of answer) chunks.push(chunk)
        done(new Response(Buffer.concat(chunks), { status: answer.statusCode, headers: answer.headers }))
      })
      sent.on('error', fail)
      sent.end(body)
    })
  }
}

async function makeConfig(made, pair, auth = openid.TlsClientAuth()) {
  const config = await openid.discovery(new URL(server.issuer), made.client_id,
    { use_mtls_endpoint_aliases: true }, auth)
  config[openid.customFetch] = fetchWith(pair)
  return config
}
async function logIn(config, clientId) {
  const callback = await server.callback(clientId, {
    scope: 'openid profile offline_access',
    code_challenge: pkce.challenge,
    code_challenge_method: 'S256',
  })
  return openid.authorizationCodeGrant(config, callback, { pkceCodeVerifier: pkce.verifier })
}

const bound = { tls_client_certificate_bound_access_tokens: true }
const methods = {
  tls_client_auth: {
    pair: () => api,
    members: () => ({ tls_client_auth_subject_dn: 'CN=api,O=Example,C=DE' }),
  },
  self_signed_tls_client_auth: {
    pair: () => self,
    members: () => ({ jwks: { keys: [new X509Certificate(self.cert).publicKey.export({ format: 'jwk' })] } }),
  },
}

for (const [method, { pair, members }] of Object.entries(methods)) {
  test(`openid-client: ${method}, bound tokens (CAU-14, MTL-01)`, async () => {
    const made = await server.createClient({ token_endpoint_auth_method: method, ...members(), ...bound })
    const config = await makeConfig(made, pair())
    assert.match(config.serverMetadata().mtls_endpoint_aliases.token_endpoint, /^https:\/\/localhost:/)
    const first = await logIn(config, made.client_id)
    const next = await openid.refreshTokenGrant(config, first.refresh_token)
    const x5t = thumbprintOf(pair())
    assert.equal(jwtPart(next.access_token, 1).cnf['x5t#S256'], x5t)
    const told = await openid.tokenIntrospection(config, next.access_token)
    assert.equal(told.cnf['x5t#S256'], x5t)
    assert.equal((await openid.fetchUserInfo(config, next.access_token, 'alice')).sub, 'alice')

    // Another certificate is not this client, and cannot use its token.
    const other = await makeConfig(made, pair() === api ? self : api)
    await assert.rejects(openid.refreshTokenGrant(other, first.refresh_token),
      (found) => found.error === 'invalid_client')
    await assert.rejects(openid.fetchUserInfo(other, next.access_token, 'alice'),
      (found) => found instanceof openid.WWWAuthenticateChallengeError && found.status === 401)
  })
}

test('openid-client: a secret, and tokens that are bound to a certificate (MTL-01)', async () => {
  const made = await server.createClient(bound)
  const config = await makeConfig(made, self, openid.ClientSecretBasic(made.client_secret))
  const { access_token } = await logIn(config, made.client_id)
  assert.equal(jwtPart(access_token, 1).cnf['x5t#S256'], thumbprintOf(self))
})

// Serves oidc-provider on a free port of loopback: records in memory, ES256 throughout, access
// tokens as JWTs. Writes the codes and refresh tokens that a load asks with, made by its own
// models, since its login pages are not what is measured.
//
//   node oidc_provider.mjs FOLDER CODES REFRESH_TOKENS
//
// Prints `ready PORT` and runs until SIGTERM.
import { createHash, generateKeyPairSync } from 'node:crypto'
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { join } from 'node:path'

import { Provider } from 'oidc-provider'

const [folder, codes, refreshTokens] = process.argv.slice(2)
const client = {
  client_id: 'bench',
  client_secret: 'secret-of-the-benchmark-that-is-long-enough',
  redirect_uris: ['https://client.example/cb'],
  grant_types: ['authorization_code', 'refresh_token', 'client_credentials'],
  response_types: ['code'],
  token_endpoint_auth_method: 'client_secret_basic',
  id_token_signed_response_alg: 'ES256',
}
const clientKey = generateKeyPairSync('ec', { namedCurve: 'P-256' })
const { crv, kty, x, y } = clientKey.publicKey.export({ format: 'jwk' })
// The harness names its key by the thumbprint (RFC 7638).
const thumbprint = createHash('sha256').update(JSON.stringify({ crv, kty, x, y })).digest('base64url')
const assertingClient = {
  client_id: 'bench-with-key',
  grant_types: ['client_credentials'],
  response_types: [],
  redirect_uris: [],
  token_endpoint_auth_method: 'private_key_jwt',
  id_token_signed_response_alg: 'ES256',
  jwks: { keys: [{ crv, kty, x, y, alg: 'ES256', kid: thumbprint }] },
}
const resource = 'https://api.example'
const scope = 'openid profile offline_access'

// The adapter that ships with it forgets all but the last thousand records.
class MemoryAdapter {
  static records = new Map()
  static grants = new Map()

  constructor(model) {
    this.prefix = `${model}:`
  }
  async upsert(id, payload) {
    const key = this.prefix + id
    MemoryAdapter.records.set(key, payload)
    if (payload.grantId !== undefined && this.prefix !== 'Grant:') {
      const members = MemoryAdapter.grants.get(payload.grantId)
      if (members === undefined) MemoryAdapter.grants.set(payload.grantId, [key])
      else members.push(key)
    }
  }
  async find(id) {
    return MemoryAdapter.records.get(this.prefix + id)
  }
  async findByUid() {}
  async findByUserCode() {}
  async destroy(id) {
    MemoryAdapter.records.delete(this.prefix + id)
  }
  async consume(id) {
    MemoryAdapter.records.get(this.prefix + id).consumed = Math.floor(Date.now() / 1000)
  }
  async revokeByGrantId(grantId) {
    for (const key of MemoryAdapter.grants.get(grantId) ?? []) MemoryAdapter.records.delete(key)
    MemoryAdapter.grants.delete(grantId)
  }
}

const signingKey = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey
const server = createServer()
server.listen(0, '127.0.0.1')
await once(server, 'listening')
const { port } = server.address()

const provider = new Provider(`http://127.0.0.1:${port}`, {
  adapter: MemoryAdapter,
  clients: [client, assertingClient],
  jwks: { keys: [{ ...signingKey.export({ format: 'jwk' }), alg: 'ES256', use: 'sig', kid: 'k1' }] },
  enabledJWA: { idTokenSigningAlgValues: ['ES256'] },
  scopes: ['openid', 'profile', 'offline_access'],
  findAccount: (_, id) => ({ accountId: id, claims: () => ({ sub: id }) }),
  pkce: { required: () => false },
  rotateRefreshToken: true,
  ttl: {
    AccessToken: 600,
    AuthorizationCode: 600,
    ClientCredentials: 600,
    Grant: 86400,
    IdToken: 600,
    RefreshToken: 86400,
  },
  features: {
    devInteractions: { enabled: false },
    clientCredentials: { enabled: true },
    resourceIndicators: {
      enabled: true,
      defaultResource: () => resource,
      useGrantedResource: () => true,
      getResourceServerInfo: () => ({
        scope: 'profile',
        audience: resource,
        accessTokenTTL: 600,
        accessTokenFormat: 'jwt',
        jwt: { sign: { alg: 'ES256' } },
      }),
    },
  },
})

async function tokenOf(Model, members) {
  const grant = new provider.Grant({ accountId: 'alice', clientId: client.client_id })
  grant.addOIDCScope(scope)
  grant.addResourceScope(resource, 'profile')
  const grantId = await grant.save()
  const owner = await provider.Client.find(client.client_id)
  return new Model({
    accountId: 'alice',
    client: owner,
    grantId,
    gty: 'authorization_code',
    authTime: Math.floor(Date.now() / 1000),
    resource,
    scope,
    ...members,
  }).save()
}
async function write(file, count, make) {
  const lines = []
  for (let i = 0; i < count; ++i) lines.push(await make())
  writeFileSync(join(folder, file), lines.map((line) => `${line}\n`).join(''), { mode: 0o600 })
}
// A login that does not ask for offline access, as in the scenario `code`; each is used once, so
// that those of DPoP are in a file of their own.
for (const [file, count] of [
  ['codes', Number(codes)],
  ['dpop_codes', Number(codes) / 2],
]) {
  await write(file, count, () =>
    tokenOf(provider.AuthorizationCode, {
      redirectUri: client.redirect_uris[0],
      scope: 'openid profile',
    }),
  )
}
await write('refresh_tokens', Number(refreshTokens), () =>
  tokenOf(provider.RefreshToken, { rotations: 0, iiat: Math.floor(Date.now() / 1000) }),
)
writeFileSync(join(folder, 'secret'), `${client.client_secret}\n`, { mode: 0o600 })

writeFileSync(join(folder, 'client_key'), clientKey.privateKey.export({ type: 'pkcs8', format: 'der' }), {
  mode: 0o600,
})

server.on('request', provider.callback())
process.on('SIGTERM', () => process.exit(0))
console.log(`ready ${port}`)

// Starts the real binary in a folder of its own, and calls its admin interface.
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'

// RFC 7636, Appendix B (KAT-01).
export const pkce = {
  verifier: 'dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk',
  challenge: 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM',
}
export const redirectUri = 'https://client.example/cb'
// login.mjs plays the page that is there.
export const loginUrl = 'https://login.example/login'
export const logoutUrl = 'https://login.example/logout'

// The issuer contains the TCP port, so that is chosen before the server starts.
async function freePort() {
  const probe = createServer().listen(0, '127.0.0.1')
  await once(probe, 'listening')
  const { port } = probe.address()
  await new Promise((done) => probe.close(done))
  return port
}

// `run` made this pair for localhost, and Node trusts it.
const tls = `
[http.tls]
certificate = "${process.env.MINTAGE_TLS_CERTIFICATE}"
key = "${process.env.MINTAGE_TLS_KEY}"`

// A second listener that asks for certificates, and the authority of those that have one.
const mtls = (port) => `mtls_listen = "127.0.0.1:${port}"`
const aliases = (port) => `[discovery]
mtls_base_url = "https://localhost:${port}"`
const asking = (clientCa) => `client_certificates = "optional"
client_ca = "${clientCa}"`

const config = (issuer, port, overTls, nonces, registration, clientCa, mtlsPort) => `
issuer = "${issuer}"
${clientCa ? aliases(mtlsPort) : ''}
[http]
listen = "127.0.0.1:${port}"
${clientCa ? mtls(mtlsPort) : ''}
${overTls ? tls : ''}
${clientCa ? asking(clientCa) : ''}
[admin]
listen = "127.0.0.1:0"
token_file = "admin.token"
mint_token_file = "mint.token"
[authorization]
login_url = "${loginUrl}"
logout_url = "${logoutUrl}"
[storage.rocksdb]
path = "db"
[dpop]
nonces = "${nonces}"
[registration]
mode = "${registration}"
[keys]
seal_key_file = "seal.key"
`

/** A running server. `stop` must be called; it checks that SIGTERM ends it with status 0. */
export class Server {
  static async start({ overTls = false, nonces = 'off', registration = 'off', clientCa = '' } = {}) {
    const folder = await mkdtemp(join(tmpdir(), 'mintage-interop-'))
    const port = await freePort()
    const file = join(folder, 'mintage.toml')
    const issuer = overTls ? `https://localhost:${port}` : `http://127.0.0.1:${port}`
    await writeFile(file, config(issuer, port, overTls, nonces, registration, clientCa, await freePort()))

    const process_ = spawn(process.env.MINTAGE, ['serve', '--config', file], {
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    let log = ''
    process_.stderr.on('data', (chunk) => (log += chunk))
    const ended = once(process_, 'exit')
    const ready = once(createInterface(process_.stdout), 'line')
    const [line] = await Promise.race([ready, ended.then(() => [`ended: ${log}`])])
    const match = /^ready http=(\S+) admin=(\S+)$/.exec(line)
    assert(match, `the server did not start: ${line}`)

    const server = new Server()
    Object.assign(server, { folder, process: process_, ended, log: () => log })
    server.issuer = issuer
    server.admin = `http://${match[2]}`
    server.adminToken = (await readFile(join(folder, 'admin.token'), 'utf8')).trim()
    server.mintToken = (await readFile(join(folder, 'mint.token'), 'utf8')).trim()
    return server
  }

  async stop() {
    this.process.kill('SIGTERM')
    const [status, signal] = await this.ended
    await rm(this.folder, { recursive: true })
    assert.deepEqual([status, signal], [0, null], this.log())
  }

  async post(path, token, body, status = 201) {
    const response = await fetch(this.admin + path, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: JSON.stringify(body),
    })
    const text = await response.text()
    assert.equal(response.status, status, `${path}: ${text}`)
    return JSON.parse(text)
  }

  /** Registers a resource that the scope points to. */
  createResource(identifier, scope, members = {}) {
    return this.post('/admin/resources', this.adminToken,
      { identifier, scopes: [scope], ...members }, 200)
  }

  /** Registers a client; the members given stand beside or in place of these. */
  createClient(metadata = {}) {
    return this.post('/admin/clients', this.adminToken, {
      redirect_uris: [redirectUri],
      grant_types: ['authorization_code', 'refresh_token'],
      scope: 'openid profile offline_access',
      require_pkce: metadata.token_endpoint_auth_method === 'none',
      ...metadata,
    })
  }

  /** Mints a code as a login page would, and returns the URL that it would send the browser to. */
  async callback(clientId, request = {}) {
    const { state, ...members } = request
    const { code, expires_in } = await this.post('/admin/codes', this.mintToken, {
      client_id: clientId,
      redirect_uri: redirectUri,
      scope: 'openid',
      sub: 'alice',
      auth_time: Math.floor(Date.now() / 1000) - 5,
      ...members,
    })
    assert.match(code, /^mco_[A-Za-z0-9_-]{45}$/)
    assert.equal(expires_in, 60)
    const url = new URL(redirectUri)
    url.searchParams.set('code', code)
    url.searchParams.set('iss', this.issuer)
    if (state !== undefined) url.searchParams.set('state', state)
    return url
  }
}

export const jwtPart = (token, index) =>
  JSON.parse(Buffer.from(token.split('.')[index], 'base64url').toString())

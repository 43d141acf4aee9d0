// Checks of every answer, for all libraries.
import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'

import { jwtPart } from './server.mjs'

/** Neither library checks at_hash in the code flow, so it is computed here (IDT-01). */
export function checkIdToken(answer, alg, nonce) {
  const header = jwtPart(answer.id_token, 0)
  assert.equal(header.alg, alg)
  assert.equal(typeof header.kid, 'string')
  const claims = jwtPart(answer.id_token, 1)
  assert.equal(claims.sub, 'alice')
  assert.equal(claims.nonce, nonce)
  const hash = createHash('sha256').update(answer.access_token).digest()
  assert.equal(claims.at_hash, hash.subarray(0, 16).toString('base64url'))
}

/** For OpenID requests a refresh token exists exactly where offline_access was granted (COD-11). */
export function checkScope(answer, scope) {
  assert.equal(answer.scope, scope)
  assert.equal(typeof answer.refresh_token, scope.includes('offline_access') ? 'string' : 'undefined')
}

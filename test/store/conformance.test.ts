import { env } from 'cloudflare:workers'
import { describe, it } from 'vitest'
import { createStore } from '../../src/store/d1/index.ts'
import { type StoreSeed, storeConformance } from '../../src/testing/store-conformance.ts'

/** Fills D1 as an operator would. */
const seed: StoreSeed = {
  async addClient(client) {
    await env.DB.prepare(
      `INSERT INTO clients (client_id, type, name, url, grant_types, response_types, scope, auto_authorize,
        authorize_every_time, require_pkce, access_token_lifetime, refresh_token_lifetime, refresh_reuse_interval,
        metadata, created_at, updated_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0, 0) ON CONFLICT (client_id) DO UPDATE SET scope = excluded.scope`,
    )
      .bind(
        client.clientId,
        client.type,
        client.name,
        client.url,
        JSON.stringify(client.grantTypes),
        JSON.stringify(client.responseTypes),
        client.scope,
        Number(client.autoAuthorize),
        Number(client.authorizeEveryTime),
        Number(client.requirePkce),
        client.accessTokenLifetime,
        client.refreshTokenLifetime,
        client.refreshReuseInterval,
        JSON.stringify(client.metadata),
      )
      .run()
    for (const [position, uri] of client.redirectUris.entries()) {
      await env.DB.prepare(
        'INSERT OR IGNORE INTO client_redirect_uris (client_id, uri, position) VALUES (?, ?, ?)',
      )
        .bind(client.clientId, uri, position)
        .run()
    }
    for (const { expiresAt, hash } of client.secrets) {
      await env.DB.prepare(
        'INSERT OR IGNORE INTO client_secrets (client_id, secret_hash, created_at, expires_at) VALUES (?, ?, 0, ?)',
      )
        .bind(client.clientId, hash, expiresAt)
        .run()
    }
  },
  async addUser({ email, id, isStaff, passwordHash, username, usernameKey }) {
    await env.DB.prepare(
      `INSERT INTO users (id, username, username_key, email, is_staff, password_hash, password_changed_at, created_at)
        VALUES (?, ?, ?, ?, ?, ?, 0, 0)`,
    )
      .bind(id, username, usernameKey, email, Number(isStaff), passwordHash)
      .run()
  },
  async addScope(name, description) {
    await env.DB.prepare('INSERT INTO scopes (name, description, created_at) VALUES (?, ?, 0)')
      .bind(name, description)
      .run()
  },
  async disableClient(clientId) {
    await env.DB.prepare('UPDATE clients SET disabled_at = 1 WHERE client_id = ?').bind(clientId).run()
  },
  async disableUser(userId) {
    await env.DB.prepare('UPDATE users SET is_active = 0 WHERE id = ?').bind(userId).run()
  },
}

describe('the store in D1 and KV', () => {
  storeConformance(it, async () => ({ seed, store: createStore(env.DB, env.KV) }))
})

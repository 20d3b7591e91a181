import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Everything a client may bring beside its name and its redirect URIs, and what its management needs. */
const CLIENTS = `
ALTER TABLE clients
  ADD COLUMN updated_at timestamptz NOT NULL DEFAULT now(),
  ADD COLUMN fingerprint bytea,
  ADD COLUMN jwks jsonb,
  ADD COLUMN jwks_uri text,
  ADD COLUMN assertion_alg text,
  ADD COLUMN previous_secret_digest bytea,
  ADD COLUMN previous_secret_until timestamptz,
  ADD COLUMN management_digest bytea,
  ADD COLUMN require_par boolean NOT NULL DEFAULT false,
  ADD COLUMN dpop_bound boolean NOT NULL DEFAULT false,
  ADD COLUMN post_logout_redirect_uris text[] NOT NULL DEFAULT '{}',
  ADD COLUMN backchannel_logout_uri text,
  ADD COLUMN backchannel_logout_session_required boolean NOT NULL DEFAULT false,
  ADD COLUMN logo_uri text,
  ADD COLUMN tos_uri text,
  ADD COLUMN policy_uri text,
  ADD COLUMN vouched_by text,
  ADD COLUMN document_etag text,
  ADD COLUMN document_until timestamptz;
ALTER TABLE consents ADD COLUMN client_fingerprint bytea;
`;

const GRANTS_AND_TOKENS = `
ALTER TABLE grants
  ADD COLUMN origin text NOT NULL DEFAULT 'authorization_code',
  ADD COLUMN jkt text;
ALTER TABLE authorization_codes ADD COLUMN jkt text;
ALTER TABLE access_tokens
  ADD COLUMN digest bytea,
  ADD COLUMN subject text,
  ADD COLUMN parent_jti uuid,
  ADD COLUMN jkt text,
  ADD COLUMN claims jsonb,
  ADD CONSTRAINT access_tokens_digest_key UNIQUE (digest);
CREATE INDEX access_tokens_parent_jti_idx ON access_tokens (parent_jti);
`;

const SINGLE_USE = `
CREATE TABLE used_proofs (
  key bytea NOT NULL,
  purpose text NOT NULL,
  expires_at timestamptz NOT NULL,
  CONSTRAINT used_proofs_pkey PRIMARY KEY (key)
);
CREATE INDEX used_proofs_expires_at_idx ON used_proofs (expires_at);
`;

export class AuthorizationServer1763800000000 implements MigrationInterface {
  name = 'AuthorizationServer1763800000000';

  async up(runner: QueryRunner): Promise<void> {
    for (const part of [CLIENTS, GRANTS_AND_TOKENS, SINGLE_USE]) await runner.query(part);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      DROP TABLE used_proofs;
      DROP INDEX access_tokens_parent_jti_idx;
      ALTER TABLE access_tokens DROP CONSTRAINT access_tokens_digest_key, DROP COLUMN digest, DROP COLUMN subject,
        DROP COLUMN parent_jti, DROP COLUMN jkt, DROP COLUMN claims;
      ALTER TABLE authorization_codes DROP COLUMN jkt;
      ALTER TABLE grants DROP COLUMN origin, DROP COLUMN jkt;
      ALTER TABLE consents DROP COLUMN client_fingerprint;
      ALTER TABLE clients DROP COLUMN updated_at, DROP COLUMN fingerprint, DROP COLUMN jwks, DROP COLUMN jwks_uri,
        DROP COLUMN assertion_alg, DROP COLUMN previous_secret_digest, DROP COLUMN previous_secret_until,
        DROP COLUMN management_digest, DROP COLUMN require_par, DROP COLUMN dpop_bound,
        DROP COLUMN post_logout_redirect_uris, DROP COLUMN backchannel_logout_uri,
        DROP COLUMN backchannel_logout_session_required, DROP COLUMN logo_uri, DROP COLUMN tos_uri,
        DROP COLUMN policy_uri, DROP COLUMN vouched_by, DROP COLUMN document_etag, DROP COLUMN document_until;`);
  }
}

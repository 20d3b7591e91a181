import type { MigrationInterface, QueryRunner } from 'typeorm';

const PEOPLE = `
CREATE TABLE users (
  id uuid NOT NULL,
  email text NOT NULL,
  email_key text NOT NULL,
  email_verified boolean NOT NULL DEFAULT false,
  name text,
  password_hash text,
  roles text[] NOT NULL DEFAULT '{}',
  disabled_at timestamptz,
  created_at timestamptz NOT NULL,
  last_login_at timestamptz,
  CONSTRAINT users_pkey PRIMARY KEY (id),
  CONSTRAINT users_email_key_key UNIQUE (email_key)
);

CREATE TABLE linked_identities (
  id uuid NOT NULL,
  user_id uuid NOT NULL,
  provider text NOT NULL,
  issuer text NOT NULL,
  subject text NOT NULL,
  email text,
  created_at timestamptz NOT NULL,
  last_login_at timestamptz,
  CONSTRAINT linked_identities_pkey PRIMARY KEY (id),
  CONSTRAINT linked_identities_issuer_subject_key UNIQUE (issuer, subject),
  CONSTRAINT linked_identities_user_id_fkey FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE
);
CREATE INDEX linked_identities_user_id_idx ON linked_identities (user_id);

CREATE TABLE sessions (
  id uuid NOT NULL,
  digest bytea NOT NULL,
  user_id uuid NOT NULL,
  created_at timestamptz NOT NULL,
  last_seen_at timestamptz NOT NULL,
  expires_at timestamptz NOT NULL,
  auth_time timestamptz NOT NULL,
  acr text NOT NULL,
  amr text[] NOT NULL,
  idp text,
  ip text,
  user_agent text,
  ended_at timestamptz,
  end_reason text,
  CONSTRAINT sessions_pkey PRIMARY KEY (id),
  CONSTRAINT sessions_digest_key UNIQUE (digest),
  CONSTRAINT sessions_user_id_fkey FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE
);
CREATE INDEX sessions_user_id_idx ON sessions (user_id);
`;

const AUTHORIZATION = `
CREATE TABLE clients (
  id text NOT NULL,
  name text NOT NULL,
  registration text NOT NULL,
  trust_state text NOT NULL,
  auth_method text NOT NULL,
  secret_digest bytea,
  application_type text NOT NULL,
  redirect_uris text[] NOT NULL,
  grant_types text[] NOT NULL,
  scopes text[] NOT NULL,
  allowed_scopes text[],
  skip_consent boolean NOT NULL DEFAULT false,
  client_uri text,
  software_id text,
  software_version text,
  created_at timestamptz NOT NULL,
  last_used_at timestamptz,
  suspended_at timestamptz,
  CONSTRAINT clients_pkey PRIMARY KEY (id)
);
CREATE INDEX clients_created_at_idx ON clients (created_at);

CREATE TABLE consents (
  id uuid NOT NULL,
  user_id uuid NOT NULL,
  client_id text NOT NULL,
  resource text NOT NULL,
  redirect_key text NOT NULL,
  scopes text[] NOT NULL,
  created_at timestamptz NOT NULL,
  updated_at timestamptz NOT NULL,
  CONSTRAINT consents_pkey PRIMARY KEY (id),
  CONSTRAINT consents_user_client_resource_redirect_key UNIQUE (user_id, client_id, resource, redirect_key),
  CONSTRAINT consents_user_id_fkey FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE,
  CONSTRAINT consents_client_id_fkey FOREIGN KEY (client_id) REFERENCES clients (id) ON DELETE CASCADE
);
CREATE INDEX consents_client_id_idx ON consents (client_id);

CREATE TABLE grants (
  id uuid NOT NULL,
  user_id uuid NOT NULL,
  client_id text NOT NULL,
  session_id uuid,
  resource text NOT NULL,
  scopes text[] NOT NULL,
  auth_time timestamptz NOT NULL,
  acr text NOT NULL,
  amr text[] NOT NULL,
  created_at timestamptz NOT NULL,
  activated_at timestamptz,
  expires_at timestamptz NOT NULL,
  last_used_at timestamptz,
  last_used_ip text,
  revoked_at timestamptz,
  revoked_reason text,
  CONSTRAINT grants_pkey PRIMARY KEY (id),
  CONSTRAINT grants_user_id_fkey FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE,
  CONSTRAINT grants_client_id_fkey FOREIGN KEY (client_id) REFERENCES clients (id) ON DELETE CASCADE,
  CONSTRAINT grants_session_id_fkey FOREIGN KEY (session_id) REFERENCES sessions (id) ON DELETE SET NULL
);
CREATE INDEX grants_user_id_idx ON grants (user_id);
CREATE INDEX grants_client_id_idx ON grants (client_id);
CREATE INDEX grants_session_id_idx ON grants (session_id);

CREATE TABLE authorization_codes (
  digest bytea NOT NULL,
  grant_id uuid NOT NULL,
  client_id text NOT NULL,
  redirect_uri text NOT NULL,
  code_challenge text NOT NULL,
  nonce text,
  created_at timestamptz NOT NULL,
  expires_at timestamptz NOT NULL,
  used_at timestamptz,
  CONSTRAINT authorization_codes_pkey PRIMARY KEY (digest),
  CONSTRAINT authorization_codes_grant_id_fkey FOREIGN KEY (grant_id) REFERENCES grants (id) ON DELETE CASCADE
);
CREATE INDEX authorization_codes_grant_id_idx ON authorization_codes (grant_id);
CREATE INDEX authorization_codes_expires_at_idx ON authorization_codes (expires_at);

CREATE TABLE refresh_tokens (
  id uuid NOT NULL,
  digest bytea NOT NULL,
  grant_id uuid NOT NULL,
  created_at timestamptz NOT NULL,
  expires_at timestamptz NOT NULL,
  used_at timestamptz,
  successor_id uuid,
  sealed_answer bytea,
  CONSTRAINT refresh_tokens_pkey PRIMARY KEY (id),
  CONSTRAINT refresh_tokens_digest_key UNIQUE (digest),
  CONSTRAINT refresh_tokens_grant_id_fkey FOREIGN KEY (grant_id) REFERENCES grants (id) ON DELETE CASCADE
);
CREATE INDEX refresh_tokens_grant_id_idx ON refresh_tokens (grant_id);
CREATE INDEX refresh_tokens_expires_at_idx ON refresh_tokens (expires_at);

CREATE TABLE access_tokens (
  jti uuid NOT NULL,
  grant_id uuid,
  user_id uuid,
  client_id text NOT NULL,
  resource text NOT NULL,
  scopes text[] NOT NULL,
  kid text NOT NULL,
  rev bigint NOT NULL,
  issued_at timestamptz NOT NULL,
  expires_at timestamptz NOT NULL,
  revoked_at timestamptz,
  CONSTRAINT access_tokens_pkey PRIMARY KEY (jti),
  CONSTRAINT access_tokens_grant_id_fkey FOREIGN KEY (grant_id) REFERENCES grants (id) ON DELETE CASCADE
);
CREATE INDEX access_tokens_grant_id_idx ON access_tokens (grant_id);
CREATE INDEX access_tokens_client_id_idx ON access_tokens (client_id);
CREATE INDEX access_tokens_expires_at_idx ON access_tokens (expires_at);
`;

const KEYS_AND_LEDGER = `
CREATE TABLE signing_keys (
  kid text NOT NULL,
  alg text NOT NULL,
  state text NOT NULL,
  public_jwk jsonb NOT NULL,
  sealed_private bytea NOT NULL,
  created_at timestamptz NOT NULL,
  activated_at timestamptz,
  CONSTRAINT signing_keys_pkey PRIMARY KEY (kid)
);

CREATE SEQUENCE revocations_seq AS bigint;
CREATE TABLE revocations (
  seq bigint NOT NULL,
  kind text NOT NULL,
  key text NOT NULL,
  until timestamptz NOT NULL,
  reason text,
  actor_type text NOT NULL,
  actor_id text,
  created_at timestamptz NOT NULL,
  CONSTRAINT revocations_pkey PRIMARY KEY (seq)
);
CREATE INDEX revocations_until_idx ON revocations (until);

CREATE TABLE replicas (
  id uuid NOT NULL,
  started_at timestamptz NOT NULL,
  seen_at timestamptz NOT NULL,
  acked_seq bigint NOT NULL,
  CONSTRAINT replicas_pkey PRIMARY KEY (id)
);
`;

const AUDIT = `
CREATE TABLE audit_events (
  event_id uuid NOT NULL,
  type text NOT NULL,
  schema_version integer NOT NULL,
  time timestamptz NOT NULL,
  severity text NOT NULL,
  result text NOT NULL,
  reason text,
  actor_type text NOT NULL,
  actor_id text,
  user_id text,
  client_id text,
  grant_id text,
  session_id text,
  tool text,
  jti text,
  ip text,
  user_agent text,
  request_id text,
  correlation_id text,
  body jsonb NOT NULL,
  CONSTRAINT audit_events_pkey PRIMARY KEY (event_id)
);
CREATE INDEX audit_events_type_idx ON audit_events (type, event_id);
CREATE INDEX audit_events_user_id_idx ON audit_events (user_id, event_id);
CREATE INDEX audit_events_client_id_idx ON audit_events (client_id, event_id);
CREATE INDEX audit_events_grant_id_idx ON audit_events (grant_id, event_id);
CREATE INDEX audit_events_correlation_id_idx ON audit_events (correlation_id, event_id);

CREATE FUNCTION audit_events_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'audit_events is append-only: % is refused', TG_OP USING ERRCODE = 'insufficient_privilege';
END $$;
CREATE TRIGGER audit_events_no_change BEFORE UPDATE OR DELETE ON audit_events
  FOR EACH ROW EXECUTE FUNCTION audit_events_append_only();
CREATE TRIGGER audit_events_no_truncate BEFORE TRUNCATE ON audit_events
  FOR EACH STATEMENT EXECUTE FUNCTION audit_events_append_only();
`;

const TOOLS = `
CREATE TABLE notes (
  id uuid NOT NULL,
  user_id uuid NOT NULL,
  title text NOT NULL,
  body text NOT NULL,
  created_at timestamptz NOT NULL,
  CONSTRAINT notes_pkey PRIMARY KEY (id),
  CONSTRAINT notes_user_id_fkey FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE
);
CREATE INDEX notes_user_id_created_at_idx ON notes (user_id, created_at);
`;

export class Initial1763700000000 implements MigrationInterface {
  name = 'Initial1763700000000';

  async up(runner: QueryRunner): Promise<void> {
    for (const part of [PEOPLE, AUTHORIZATION, KEYS_AND_LEDGER, AUDIT, TOOLS]) await runner.query(part);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      DROP TABLE notes, audit_events, replicas, revocations, signing_keys, access_tokens, refresh_tokens,
        authorization_codes, grants, consents, clients, sessions, linked_identities, users;
      DROP SEQUENCE revocations_seq;
      DROP FUNCTION audit_events_append_only();`);
  }
}

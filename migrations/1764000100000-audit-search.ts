import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Whatever the text of an address was, an index over it can be made: a proxy that is trusted may have said anything.
 * An IPv4 address is the same with and without the prefix of RFC 4291 §2.5.5.2.
 */
const AUDIT_INET = `
  CREATE FUNCTION audit_inet(address text) RETURNS inet LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
  BEGIN
    RETURN regexp_replace(address, '^::ffff:(?=[0-9]+\\.)', '', 'i')::inet;
  EXCEPTION WHEN invalid_text_representation THEN
    RETURN NULL;
  END $$;`;

export class AuditSearch1764000100000 implements MigrationInterface {
  name = 'AuditSearch1764000100000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(AUDIT_INET);
    await runner.query(`
      CREATE INDEX audit_events_actor_id_idx ON audit_events (actor_id, event_id);
      CREATE INDEX audit_events_session_id_idx ON audit_events (session_id, event_id) WHERE session_id IS NOT NULL;
      CREATE INDEX audit_events_tool_idx ON audit_events (tool, event_id) WHERE tool IS NOT NULL;
      CREATE INDEX audit_events_jti_idx ON audit_events (jti, event_id) WHERE jti IS NOT NULL;
      CREATE INDEX audit_events_refused_idx ON audit_events (result, event_id) WHERE result <> 'allowed';
      CREATE INDEX audit_events_severity_idx ON audit_events (severity, event_id) WHERE severity <> 'info';
      CREATE INDEX audit_events_ip_idx ON audit_events (audit_inet(ip));
      CREATE INDEX audit_events_targets_idx ON audit_events USING gin ((body->'targets') jsonb_path_ops)
        WHERE body ? 'targets';`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      DROP INDEX audit_events_targets_idx, audit_events_ip_idx, audit_events_severity_idx, audit_events_refused_idx,
        audit_events_jti_idx, audit_events_tool_idx, audit_events_session_id_idx, audit_events_actor_id_idx;
      DROP FUNCTION audit_inet(text);`);
  }
}

import net from 'node:net';
import { afterAll } from '@jest/globals';

const QUERY = 0x51; // 'Q'
const PARSE = 0x50; // 'P'

/** Statements the server makes by itself, whether or not anybody asks it anything. */
const BACKGROUND = [
  /FROM revocations WHERE seq > /,
  /UPDATE replicas SET /,
  /FROM replicas WHERE/,
  /FROM logout_deliveries WHERE next_attempt_at/,
  /FROM mail_outbox WHERE next_attempt_at/,
  /FROM authenticators WHERE \(\$1::uuid IS NULL/,
  /\bLISTEN\b/,
  /FROM "?signing_keys"?/,
  /FROM audit_events_arrival_seq/,
  /FROM audit_keys/,
  /UPDATE audit_exports SET state = 'running'/,
  /UPDATE audit_streams SET lease_by = /,
  /FROM audit_streams WHERE secret IS NOT NULL/,
  /FROM audit_subject_keys\s+WHERE (?:destroyed_at >|sealed IS NOT NULL AND substring)/,
  /DELETE FROM audit_payloads/,
  /SELECT version FROM tool_policies_state/,
];
/** How a transaction begins that the server makes by itself. */
const BACKGROUND_TRANSACTIONS = [/pg_try_advisory_xact_lock/];

export interface StatementCounter {
  /** Give it to the server instead of the database's own URL. */
  readonly url: string;
  /** The statements that `work` caused, in order; each is a round trip, BEGIN and COMMIT too. */
  during(work: () => Promise<unknown>): Promise<string[]>;
}

const open = new Set<net.Server>();
afterAll(() => {
  for (const server of open) server.close();
});

/** Stands between a server and its PostgreSQL and reads along (PostgreSQL protocol 3, frontend messages). */
export async function countStatements(databaseUrl: string): Promise<StatementCounter> {
  const target = new URL(databaseUrl);
  let seen: string[] = [];
  const server = net.createServer((near) => {
    const far = net.connect(Number(target.port || 5432), target.hostname);
    const read = statementReader(withoutBackground((text) => seen.push(text)));
    near.on('data', read);
    near.pipe(far).pipe(near);
    for (const socket of [near, far])
      socket.on('error', () => {
        near.destroy();
        far.destroy();
      });
  });
  open.add(server);
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  const url = new URL(databaseUrl);
  url.hostname = '127.0.0.1';
  url.port = String((server.address() as net.AddressInfo).port);
  return {
    url: url.href,
    async during(work) {
      seen = [];
      await work();
      return seen;
    },
  };
}

/** Of one connection: leaves out what the server does by itself, a transaction as a whole. */
function withoutBackground(found: (text: string) => void): (text: string) => void {
  let begun: string | undefined;
  let passing = false;
  return (text) => {
    if (BACKGROUND.some((pattern) => pattern.test(text))) return;
    if (begun !== undefined) {
      passing = BACKGROUND_TRANSACTIONS.some((pattern) => pattern.test(text));
      if (!passing) found(begun);
      begun = undefined;
    }
    if (/^(START TRANSACTION|BEGIN)/.test(text)) begun = text;
    else if (!passing) found(text);
    if (/^(COMMIT|ROLLBACK)/.test(text)) passing = false;
  };
}

/** Calls back with the text of each Query and Parse message of a connection. */
function statementReader(found: (text: string) => void): (chunk: Buffer) => void {
  let rest = Buffer.alloc(0);
  let started = false;
  return (chunk) => {
    rest = Buffer.concat([rest, chunk]);
    // The first message has no type byte.
    const lead = () => (started ? 1 : 0);
    while (rest.length >= lead() + 4) {
      const size = lead() + rest.readUInt32BE(lead());
      if (rest.length < size) return;
      const message = rest.subarray(0, size);
      rest = rest.subarray(size);
      if (started) readMessage(message, found);
      started = true;
    }
  };
}

function readMessage(message: Buffer, found: (text: string) => void): void {
  const type = message[0];
  if (type === QUERY) found(message.toString('utf8', 5, message.length - 1));
  if (type === PARSE) {
    const nameEnd = message.indexOf(0, 5);
    found(message.toString('utf8', nameEnd + 1, message.indexOf(0, nameEnd + 1)));
  }
}

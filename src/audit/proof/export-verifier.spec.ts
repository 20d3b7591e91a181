import { generateKeyPairSync, sign, type JsonWebKey } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import type { AuditEventBody } from '../audit-row.js';
import { canonical, leafOf } from './canonical.js';
import { CHECKPOINT_TYPE, fingerprint, openCheckpoint, type CheckpointClaims } from './checkpoint.js';
import type { ExportLine } from './export-lines.js';
import { ExportVerifier, type Trust } from './export-verifier.js';
import { TreeEdge } from './merkle.js';

const keys = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const other = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const jwk = { ...(keys.publicKey.export({ format: 'jwk' }) as JsonWebKey & object), kid: 'k1' };

const encoded = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
function signed(claims: object, privateKey = keys.privateKey): string {
  const text = `${encoded({ alg: 'ES256', kid: 'k1', typ: CHECKPOINT_TYPE })}.${encoded(claims)}`;
  const signature = sign('sha256', Buffer.from(text), { key: privateKey, dsaEncoding: 'ieee-p1363' });
  return `${text}.${signature.toString('base64url')}`;
}

const eventOf = (n: number, word = 'said') =>
  ({ event_id: `e-${n}`, type: 'test.event.happened', details: { [word]: n } }) as unknown as AuditEventBody;

/** A complete export of `count` events with a checkpoint after each three, and after the last. */
function exported(count = 10, { word = 'said', chain = 'c' } = {}): ExportLine[] {
  const tree = new TreeEdge();
  const lines: ExportLine[] = [];
  let prev: string | null = null;
  for (let seq = 0; seq < count; seq++) {
    const body = eventOf(seq, word);
    const hash = leafOf(seq, canonical(body));
    tree.append(hash);
    lines.push({ ...body, integrity: { chain_uid: chain, seq, leaf_hash: hash.toString('base64url') } });
    if (tree.size % 3 !== 0 && tree.size < count) continue;
    const claims: CheckpointClaims = {
      chain_uid: chain,
      tree_size: tree.size,
      root: tree.root().toString('base64url'),
      prev,
      time: new Date(Date.UTC(2026, 0, 1) + tree.size).toISOString(),
      settled: tree.size,
      unmarked_until: 0,
    };
    const checkpoint = signed(claims);
    prev = fingerprint(checkpoint);
    lines.push({ checkpoint });
  }
  const complete = { from: 0, to: count };
  return [
    {
      trail: {
        format: 1,
        chain_uid: chain,
        time: '2026-02-01T00:00:00.000Z',
        tree_size: count,
        complete,
        keys: [jwk],
      },
    },
    ...lines,
  ];
}

function verify(lines: readonly ExportLine[], trust: Trust = {}) {
  const verifier = new ExportVerifier(trust);
  for (const line of lines) verifier.read(JSON.stringify(line));
  return verifier.end();
}

const seqOf = (line: ExportLine): number | undefined =>
  'integrity' in line ? line.integrity?.seq : undefined;
const at = (lines: readonly ExportLine[], seq: number): number =>
  lines.findIndex((line) => seqOf(line) === seq);
const anchorOf = (lines: readonly ExportLine[], back = 0) =>
  openCheckpoint(
    lines.flatMap((line) => ('checkpoint' in line ? line.checkpoint : [])).at(-1 - back)!,
    () => jwk,
  )!;

describe('Verifying an export', () => {
  it('counts what is in it when nothing is wrong', () => {
    expect(verify(exported())).toMatchObject({ events: 10, checkpoints: 4, treeSize: 10, kids: ['k1'] });
    expect(verify(exported()).finding).toBeUndefined();
  });

  it.each<[string, (lines: ExportLine[]) => unknown, object]>([
    [
      'changed',
      (lines) => Object.assign(lines[at(lines, 4)]!, { details: { said: 5 } }),
      { flaw: 'changed', seq: 4, event_id: 'e-4', line: 7 },
    ],
    ['removed', (lines) => lines.splice(at(lines, 4), 1), { flaw: 'missing', seq: 4 }],
    [
      'added without a place',
      (lines) => lines.splice(at(lines, 4), 0, eventOf(99)),
      { flaw: 'added', event_id: 'e-99' },
    ],
    [
      'added with the place of another',
      (lines) => lines.splice(at(lines, 4), 0, structuredClone(lines[at(lines, 3)]!)),
      { flaw: 'reordered', seq: 3 },
    ],
    [
      'exchanged with its neighbour, in the file',
      (lines) => lines.splice(at(lines, 4), 2, lines[at(lines, 5)]!, lines[at(lines, 4)]!),
      { flaw: 'reordered', seq: 4, event_id: 'e-4' },
    ],
    [
      'given the place of another, in the database',
      (lines) => {
        const [a, b] = [lines[at(lines, 3)]!, lines[at(lines, 4)]!] as { integrity: { seq: number } }[];
        [a!.integrity.seq, b!.integrity.seq] = [4, 3];
        lines.splice(lines.indexOf(a as never), 2, b as never, a as never);
      },
      { flaw: 'reordered', seq: 3, event_id: 'e-4' },
    ],
    [
      'changed with its hash',
      (lines) => {
        const line = lines[at(lines, 4)] as unknown as { details: object; integrity: { leaf_hash: string } };
        line.details = { said: 5 };
        const { integrity, ...body } = line;
        integrity.leaf_hash = leafOf(4, canonical(body)).toString('base64url');
      },
      { flaw: 'changed', seq: 3, message: expect.stringContaining('from seq 3 to 5') },
    ],
    ['cut off at the end', (lines) => lines.splice(-3), { flaw: 'cut', seq: 9 }],
    ['cut off before its checkpoint', (lines) => lines.splice(-1), { flaw: 'cut', seq: 10 }],
    ['without its first line', (lines) => lines.shift(), { flaw: 'unreadable', line: 1 }],
    [
      'of two trails',
      (lines) => lines.splice(at(lines, 4), 1, exported(10, { chain: 'd' })[at(lines, 4)]!),
      { flaw: 'not_one_trail', seq: 4 },
    ],
    [
      'with a checkpoint that another has signed',
      (lines) => {
        const line = lines.at(-1) as { checkpoint: string };
        line.checkpoint = signed(anchorOf(lines).claims, other.privateKey);
      },
      { flaw: 'forged_checkpoint' },
    ],
    [
      'without one of its checkpoints',
      (lines) => lines.splice(at(lines, 5) + 1, 1),
      { flaw: 'missing_checkpoint' },
    ],
    [
      'with a block exchanged for another',
      (lines) => {
        const [a, b] = [lines.slice(at(lines, 0), at(lines, 3)), lines.slice(at(lines, 3), at(lines, 6))];
        lines.splice(1, a.length + b.length, ...b, ...a);
      },
      { flaw: 'reordered', seq: 0 },
    ],
  ])('names what was %s', (_, tamper, finding) => {
    const lines = structuredClone(exported());
    tamper(lines);
    expect(verify(lines).finding).toMatchObject(finding);
  });

  it('takes hashes for what a filter left out, and still comes to the root', () => {
    const lines = exported(10).filter((line) => ![4, 5].includes(seqOf(line) ?? -1));
    const pair = [4, 5].map((seq) => leafOf(seq, canonical(eventOf(seq))));
    const tree = new TreeEdge();
    pair.forEach((hash) => tree.append(hash));
    const filtered = lines.filter((line) => !('checkpoint' in line) || line === lines.at(-1));
    const { trail } = filtered[0] as { trail: object };
    filtered[0] = { trail: { ...trail, complete: null } } as ExportLine;
    filtered.splice(at(filtered, 6), 0, {
      left_out: { from: 4, to: 6, hashes: [tree.root().toString('base64url')] },
    });
    expect(verify(filtered)).toMatchObject({ events: 8, leftOut: 2, treeSize: 10 });
    expect(verify(filtered).finding).toBeUndefined();
    expect(
      verify([{ trail: { ...trail, complete: { from: 0, to: 10 } } } as ExportLine, ...filtered.slice(1)])
        .finding,
    ).toMatchObject({ flaw: 'missing', seq: 4 });
  });

  it('holds it against a checkpoint that was kept elsewhere', () => {
    const kept = exported(9);
    const trust = { keys: [jwk], anchor: anchorOf(kept) };
    expect(verify(exported(10), trust).finding).toBeUndefined();
    // The end was cut off in the database, with its checkpoints.
    expect(verify(exported(8), trust).finding).toMatchObject({ flaw: 'cut', seq: 8 });
    // An export that is older than the checkpoint cannot have it all.
    const [header, ...rest] = exported(8) as [{ trail: object }, ...ExportLine[]];
    const older = { trail: { ...header.trail, time: '2026-01-01T00:00:00.000Z' } } as ExportLine;
    const early = verify([older, ...rest], trust);
    expect(early.finding).toBeUndefined();
    expect(early.remarks).toContainEqual(expect.stringContaining('younger than the export'));
    // An older state went on with other events.
    const forked = exported(12, { word: 'went on' });
    expect(verify(forked, trust).finding).toMatchObject({ flaw: 'other_history', seq: 8 });
    expect(verify(exported(10, { chain: 'd' }), trust).finding).toMatchObject({ flaw: 'other_history' });
    expect(verify(exported(10), { keys: [] }).finding).toMatchObject({ flaw: 'forged_checkpoint' });
  });
});

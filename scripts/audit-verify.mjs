// Verifies an export of the audit trail, without a database and without a server:
// npm run audit:verify -- export.ndjson [--checkpoint file|url] [--key file]; an archive of retention is one, too
import { createReadStream, existsSync, readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';
import { createGunzip } from 'node:zlib';

const room = (file) => import(new URL(`../dist/src/audit/proof/${file}`, import.meta.url).href);
const { ExportVerifier } = await room('export-verifier.js');
const { openCheckpoint, readJws } = await room('checkpoint.js');

const { heldAgainstManifest } = await room('archive-manifest.js');

const USAGE = 'Usage: npm run audit:verify -- <export.ndjson> [--checkpoint <file or URL>] [--key <file>]';

try {
  process.exitCode = await main();
} catch (error) {
  console.error(error instanceof Error ? error.message : String(error));
  process.exitCode = 2;
}

async function main() {
  const options = { checkpoint: { type: 'string' }, key: { type: 'string' } };
  const { values, positionals } = parseArgs({ allowPositionals: true, options });
  if (positionals.length !== 1) throw new Error(USAGE);
  const [file] = positionals;
  const trust = await trustOf(values);
  const verifier = new ExportVerifier(trust);
  const isArchive = file.endsWith('.gz');
  const input = isArchive ? unzipped(file) : createReadStream(file, 'utf8');
  for await (const line of createInterface({ input, crlfDelay: Infinity })) {
    verifier.read(line);
    if (verifier.isDecided) break;
  }
  const code = report(verifier.end());
  const manifest = file.replace(/\.ndjson\.gz$/, '.manifest.json');
  if (code !== 0 || manifest === file || !existsSync(manifest)) return code;
  return reportManifest(await heldAgainstManifest(file, readFileSync(manifest, 'utf8'), trust.keys));
}

function unzipped(file) {
  const input = createReadStream(file);
  const plain = input.pipe(createGunzip());
  input.on('error', (error) => plain.destroy(error));
  return plain;
}

/** What an archive was signed to be. */
function reportManifest({ problem, claims }) {
  if (problem) {
    console.log(`NOT WHOLE: forged_archive. ${problem}`);
    return 1;
  }
  console.log(`  all ${claims.events} events of ${claims.partition}, as its manifest says`);
  return 0;
}

/** A checkpoint that was kept: its JWS, or what `/.well-known/audit-checkpoint` answers, which has the key too. */
async function trustOf({ checkpoint, key }) {
  const keys = key ? keysOf(JSON.parse(readFileSync(key, 'utf8'))) : undefined;
  if (!checkpoint) return keys ? { keys } : {};
  const { jws, known } = read(await textOf(checkpoint));
  const trusted = keys ?? known;
  if (!trusted) throw new Error(`${checkpoint} has no key in it; give one with --key`);
  const anchor = openCheckpoint(jws, (kid) => trusted.find((one) => one.kid === kid));
  if (!anchor) throw new Error(`${checkpoint} is not a checkpoint signed by its key`);
  return { anchor, keys: trusted };
}

async function textOf(place) {
  if (!/^https?:\/\//.test(place)) return readFileSync(place, 'utf8');
  const response = await fetch(place, { signal: AbortSignal.timeout(10_000) });
  if (!response.ok) throw new Error(`${place} answered ${response.status}`);
  return response.text();
}

function read(text) {
  const trimmed = text.trim();
  if (readJws(trimmed)) return { jws: trimmed };
  const { checkpoint, jws, key } = JSON.parse(trimmed);
  return { jws: checkpoint ?? jws ?? '', known: key && [key] };
}

/** One public key, a list of them, or a key set (RFC 7517 §5). */
const keysOf = (json) => (Array.isArray(json) ? json : (json.keys ?? [json]));

function report({
  finding,
  events,
  leftOut,
  archived,
  archives,
  checkpoints,
  treeSize,
  chainUid,
  kids,
  remarks,
}) {
  for (const remark of remarks) console.log(`Note: ${remark}`);
  if (finding) {
    const { flaw, message, line, seq, event_id } = finding;
    const where = Object.entries({ line, seq, event_id }).filter(([, value]) => value !== undefined);
    console.log(`NOT WHOLE: ${flaw}. ${message}`);
    console.log(`  ${where.map(([name, value]) => `${name} ${value}`).join(', ')}`);
    return 1;
  }
  const hidden = leftOut > 0 ? `, ${leftOut} left out as hashes` : '';
  const apart = archived > 0 ? `, ${archived} archived` : '';
  console.log(`OK: ${events} events${apart}${hidden}, ${checkpoints} checkpoints, up to seq ${treeSize - 1}`);
  if (archived > 0) console.log(`  archived: ${archives.join(', ')}`);
  console.log(`  trail ${chainUid}, signed by ${kids.join(', ')}`);
  return 0;
}

// How quick searches of audit events and grants are: DATABASE_URL=… node scripts/bench-searches.mjs [events] [grants] [runs]
// Makes a database of its own beside the one that DATABASE_URL names, and drops it. Build first.
import pg from 'pg';
import { createTemplate, dropRun } from '../test/support/template-database.mjs';
import { nearStatement, pageStatement } from '../dist/src/audit/search/search-statements.js';
import { grantsStatement } from '../dist/src/oauth/grants/grant-statements.js';
import { generateRows, SEARCHES } from './audit-searches.mjs';
import { generateGrants, grantSearches } from './grant-searches.mjs';

const LIMIT = 50;
const [events = 5_000_000, grants = 1_000_000, runs = 100] = process.argv.slice(2).map(Number);
const run = `${Date.now().toString(36)}000000`;
const url = process.env.DATABASE_URL;
if (!url) throw new Error('DATABASE_URL is not set');

await createTemplate(url, run);
const client = new pg.Client({ connectionString: nameOf(url, `gatehouse_test_${run}_template`) });
await client.connect();
try {
  await make(`${events} events`, generateRows(events));
  await search(SEARCHES, (query) => [nearStatement(query), pageStatement(query)]);
  await make(`${grants} grants`, generateGrants(grants));
  await search(grantSearches(grants), (query) => [grantsStatement(query)]);
} finally {
  await client.end();
  await dropRun(url, run);
}

async function make(what, statement) {
  const began = performance.now();
  await client.query(statement);
  await client.query('VACUUM ANALYZE');
  console.log(`\n${what} made in ${Math.round((performance.now() - began) / 1000)} s`);
}

async function search(searches, statement) {
  const all = [];
  for (const [name, filters] of Object.entries(searches)) {
    const times = await timesOf((n) => statement({ ...filters(n), limit: LIMIT }));
    all.push(...times);
    report(name, times);
  }
  report('all', all);
}

async function timesOf(statement) {
  const times = [];
  for (let n = 0; n < runs; n++) {
    const statements = statement(n);
    const began = performance.now();
    for (const { text, values } of statements.filter(Boolean)) {
      const { rows } = await client.query(text, values);
      if (rows.length > LIMIT) break;
    }
    times.push(performance.now() - began);
  }
  return times;
}

function report(name, times) {
  const sorted = [...times].sort((a, b) => a - b);
  const at = (share) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))].toFixed(1);
  console.log(`${name.padEnd(28)} p50 ${at(0.5)} ms  p95 ${at(0.95)} ms  max ${at(1)} ms`);
}

function nameOf(base, name) {
  const named = new URL(base);
  named.pathname = `/${name}`;
  return named.href;
}

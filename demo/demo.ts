import { HELP, readOptions, UsageError, type Stage } from './options.js';
import { OwnServer } from './own-server.js';
import { bold, green, quiet, red } from './screen.js';
import { play } from './story.js';
import { Surprise } from './surprise.js';

const LONGEST_MS = 60_000;

async function main(): Promise<number> {
  const options = readOptions(process.argv.slice(2));
  if (options === 'help') {
    console.log(HELP);
    return 0;
  }
  const startedAt = performance.now();
  if (options) await playAt(options);
  else await playAtOwnServer();
  const seconds = ((performance.now() - startedAt) / 1_000).toFixed(1);
  console.log(`\n${green('Everything happened as it should')}, in ${seconds} s.`);
  return 0;
}

async function playAtOwnServer(): Promise<void> {
  const server = new OwnServer();
  const interrupted = (): never => {
    server.kill();
    process.exit(130);
  };
  process.once('SIGINT', interrupted).once('SIGTERM', interrupted);
  try {
    console.log(quiet('Starting a server of its own …'));
    await playAt(await server.start());
  } finally {
    process.off('SIGINT', interrupted).off('SIGTERM', interrupted);
    await server.stop();
  }
}

async function playAt(stage: Stage): Promise<void> {
  console.log(`${bold('Gatehouse')} at ${stage.url.href}`);
  // The client library warns there of refusals that are part of the story and are shown anyway.
  console.warn = () => undefined;
  let timer: NodeJS.Timeout | undefined;
  const tooLate = new Promise<never>((_, fail) => {
    timer = setTimeout(() => fail(new Surprise(`The story was not over after ${LONGEST_MS} ms`)), LONGEST_MS);
  });
  try {
    await Promise.race([play(stage), tooLate]);
  } finally {
    clearTimeout(timer);
  }
}

/** The cause of a failed fetch says more than "fetch failed". */
function explain(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { cause } = error;
  return cause instanceof Error ? `${error.message}: ${cause.message || cause.name}` : error.message;
}

function fail(error: unknown): number {
  if (error instanceof UsageError) {
    console.error(`${error.message}\n\n${HELP}`);
    return 2;
  }
  console.error(`\n${red('It went differently.')} ${explain(error)}`);
  return 1;
}

// What a broken story left open must not keep the process.
process.exit(await main().catch(fail));

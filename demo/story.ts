import { Assistant } from './assistant.js';
import { Operator } from './operator.js';
import type { Stage } from './options.js';
import { Person } from './person.js';
import { good, headline, line } from './screen.js';
import { tellTrail } from './trail.js';
import { expectThat, Surprise } from './surprise.js';

const CHANGE = 'mcp:tools:execute';
const NOTE = { title: 'From the demo', body: 'Written after a person allowed it.' };
/** The longest that anything may go on after it was ended. */
const AT_ONCE_MS = 1_000;

interface Cast {
  readonly app: Assistant;
  readonly person: Person;
  readonly admin: Operator;
}

/** From an app that knows only an address to the end of its access. @throws Surprise */
export async function play(stage: Stage): Promise<void> {
  const cast = { app: new Assistant(stage.url), person: new Person(stage), admin: new Operator(stage) };
  await getIn(cast);
  await read(cast);
  await stepUp(cast);
  const grantId = await end(cast);
  await comeBack(cast);
  headline('The audit trail tells the whole story');
  await tellTrail(cast.admin, cast.app.clientId, grantId);
  await cast.app.close();
}

async function getIn({ app, person }: Cast): Promise<void> {
  headline('The app knows only the address: it is refused, finds the way, and registers itself');
  const page = await app.pageAfter(() => app.connect());
  good(`registered as ${app.clientId}; it asks for ${page.searchParams.get('scope')}`);

  headline('The person signs in, and allows reading');
  const { callback, asked } = await person.follow(page);
  for (const { sentence } of asked) line(`“${sentence}”`);
  expectThat(asked.length > 0, 'The consent page named nothing');

  headline('The app redeems the code');
  await app.finish(callback);
  expectThat(!app.scopes.includes(CHANGE), 'More was granted than the person allowed');
  good(`granted: ${app.scopes.join(' ')}`);
}

async function read({ app }: Cast): Promise<void> {
  headline('It lists the tools, and calls those that read');
  await app.connect();
  const tools = await app.tools();
  expectThat(tools.includes('notes_add'), 'The tool notes_add is not offered');
  line(tools.join(', '));
  const { user_id } = await app.call('whoami');
  const { notes } = await app.call('notes_list');
  expectThat(typeof user_id === 'string' && Array.isArray(notes), 'The tools answered something else');
  good(`it acts for the person ${user_id}, who has ${notes.length} notes`);
}

async function stepUp({ app, person }: Cast): Promise<void> {
  headline('A tool that changes something is refused, and the refusal says what is missing');
  const page = await app.pageAfter(() => app.call('notes_add', NOTE));
  const scope = page.searchParams.get('scope')?.split(' ') ?? [];
  expectThat(scope.includes(CHANGE), `The app does not ask for ${CHANGE}`);
  good(`the app now asks for ${scope.join(' ')}`);

  headline('The person is asked again, and sees what is new');
  const { callback, asked } = await person.follow(page);
  for (const { sentence, isNew } of asked) line(`“${sentence}”${isNew ? '  NEW' : ''}`);
  expectThat(asked.filter(({ isNew }) => isNew).length === 1, 'Not exactly one scope is marked as new');
  await app.finish(callback);

  headline('The call that was refused succeeds');
  const { id } = await app.call('notes_add', NOTE);
  expectThat(typeof id === 'string', 'The note has no id');
  good(`the note ${id} exists`);
}

/** Answers the id of the grant that was in use. */
async function end({ app, admin }: Cast): Promise<string> {
  headline('An admin finds what the app was allowed');
  const { grant_id } = await app.call('whoami');
  await admin.signIn();
  const grants = await admin.grantsOf(app.clientId);
  for (const { id, user_email, scopes } of grants)
    line(`grant ${id}: ${user_email} allowed ${scopes.join(' ')}`);
  // Each time the person allowed something a grant was opened; the one in use comes first.
  const inUse = grants.find(({ id }) => id === grant_id);
  if (!inUse) throw new Surprise('The grant in use is not among them');

  headline('The admin ends it all while a call is running');
  const running = app.call('diagnostics_wait', { seconds: 30 }).then(
    () => Promise.reject(new Surprise('The running call was answered')),
    () => performance.now(),
  );
  await admin.untilCalled(inUse.id, 'diagnostics_wait', 'decision');
  const startedAt = performance.now();
  for (const { id } of [inUse, ...grants.filter((grant) => grant !== inUse)]) {
    const { ended, receipt } = await admin.end(id, 'end of the demo');
    expectThat(ended && receipt !== undefined, 'There is no receipt');
    good(
      `receipt: ${receipt.acknowledged} of ${receipt.replicas} replicas refuse it after ${receipt.propagation_ms} ms`,
    );
  }
  const abortedMs = Math.round((await running) - startedAt);
  expectThat(abortedMs < AT_ONCE_MS, `The running call went on for ${abortedMs} ms`);
  good(`the running call was aborted ${abortedMs} ms after the admin began`);
  await admin.untilCalled(inUse.id, 'diagnostics_wait', 'outcome');
  return inUse.id;
}

async function comeBack({ app }: Cast): Promise<void> {
  headline('The app comes back: its token is refused, and it cannot refresh');
  await app.pageAfter(() => app.call('whoami'));
  expectThat(!app.hasToken, 'The app still holds a token');
  good('all it can do is ask the person again');
}

import type { AuditEvent, Operator } from './operator.js';
import { good, table } from './screen.js';
import { expectThat } from './surprise.js';

/** In this order, whatever else there is in between. */
const CHAPTERS = [
  'client.registered allowed',
  'auth.login.succeeded allowed',
  'consent.granted allowed',
  'grant.opened allowed',
  'token.issued allowed',
  'mcp.tools.listed allowed',
  'mcp.tool.called allowed whoami decision',
  'mcp.tool.called allowed whoami outcome',
  'mcp.tool.called denied notes_add decision',
  'consent.granted allowed',
  'mcp.tool.called allowed notes_add decision',
  'mcp.tool.called allowed notes_add outcome',
  'mcp.tool.called allowed diagnostics_wait decision',
  'revocation.applied allowed',
  'mcp.tool.called aborted diagnostics_wait outcome',
  'http.request.handled denied',
  'token.request.rejected denied',
];

/** Shows every event of the app and of the sign-in it came from. @throws Surprise when one is missing. */
export async function tellTrail(admin: Operator, clientId: string, grantId: string): Promise<void> {
  const ofGrant = await admin.story({ grant_id: grantId });
  const sessions = new Set(ofGrant.map(({ session_id }) => session_id).filter((id) => id !== undefined));
  const parts = [await admin.story({ client_id: clientId })];
  for (const session of sessions) parts.push(await admin.story({ session_id: session }));
  const byId = new Map(parts.flat().map((event) => [event.event_id, event]));
  const story = [...byId.values()].sort((a, b) => (a.event_id < b.event_id ? -1 : 1));
  table(['time (UTC)', 'event', 'tool', 'by', 'outcome'], story.map(row));
  const missing = missingChapter(story);
  expectThat(missing === undefined, `The audit trail does not tell, in its place: ${missing}`);
  good(`${story.length} events, from the registration to the refusals after the end`);
}

function row({ time, type, tool, actor, outcome }: AuditEvent): string[] {
  const { result, reason_code } = outcome;
  return [
    time.slice(11, 23),
    type,
    tool ? `${tool.name} ${tool.phase}` : '',
    actor.type,
    reason_code ? `${result}: ${reason_code}` : result,
  ];
}

function missingChapter(story: readonly AuditEvent[]): string | undefined {
  let from = 0;
  return CHAPTERS.find((chapter) => {
    const at = story.findIndex((event, index) => index >= from && told(event) === chapter);
    from = at + 1;
    return at < 0;
  });
}

const told = ({ type, outcome, tool }: AuditEvent): string =>
  [type, outcome.result, tool?.name, tool?.phase].filter(Boolean).join(' ');

import { admin, COUNT, FLAG, MOMENT, REASON, security, TEXT, toolCall, verbose } from './event-type.js';

const PHASES = { phase: TEXT, decision_id: TEXT, is_error: FLAG, result_bytes: COUNT };
const KEY = { alg: TEXT, use: TEXT, state: TEXT, activate_at: MOMENT, publish_until: MOMENT, ...REASON };
const POLICY = { name: TEXT, version: COUNT, ...REASON };

/** The server itself: its keys, its tools and the requests to it. */
export const SYSTEM_EVENTS = {
  'server.process.started': admin('info', 'activated', 'A process of the server started'),
  'key.generated': security('high', 'created', 'A signing key was made', { details: KEY }),
  'key.announced': security('high', 'updated', 'A signing key was published ahead of its use', {
    details: KEY,
  }),
  'key.activated': security('high', 'activated', 'A signing key signs from now on', { details: KEY }),
  'key.retired': security('high', 'deactivated', 'A signing key signs no more', { details: KEY }),
  'key.compromised': security('high', 'suspended', 'A signing key was given up as compromised', {
    details: KEY,
  }),
  'key.resealed': security('high', 'updated', 'A signing key was sealed under another key', { details: KEY }),
  'mcp.session.opened': verbose('info', 'logon', 'A client of a 2025 revision of MCP began a session'),
  'mcp.session.closed': verbose('info', 'logoff', 'A session of a client of a 2025 revision of MCP ended', {
    details: REASON,
  }),
  'mcp.tools.listed': toolCall('info', 'apiRead', 'The tools were listed', {
    details: { shown: COUNT, hidden: COUNT },
  }),
  'mcp.resources.listed': toolCall('info', 'apiRead', 'Resources or resource templates were listed', {
    details: { shown: COUNT, hidden: COUNT },
  }),
  'mcp.prompts.listed': toolCall('info', 'apiRead', 'The prompts were listed', {
    details: { shown: COUNT, hidden: COUNT },
  }),
  'mcp.resource.read': toolCall(
    'info',
    'apiRead',
    'A resource was read: the decision, and later its outcome',
    {
      details: { ...PHASES, requested_resource: TEXT },
    },
  ),
  'mcp.prompt.fetched': toolCall(
    'info',
    'apiRead',
    'A prompt was fetched: the decision, and later its outcome',
    {
      details: { ...PHASES, requested_prompt: TEXT },
    },
  ),
  'mcp.completion.requested': toolCall(
    'info',
    'apiRead',
    'Suggestions for an argument were asked for: the decision, and later its outcome',
    { details: { ...PHASES, requested_completion: TEXT } },
  ),
  'mcp.tool.called': toolCall('info', 'apiOther', 'A tool was called: the decision, and later its outcome', {
    details: { requested_tool: TEXT },
    sealed: ['tool.args'],
    brief: true,
  }),
  'tool_policy.created': admin('medium', 'created', 'More was asked of callers of tools', {
    details: POLICY,
  }),
  'tool_policy.changed': admin('medium', 'updated', 'What is asked of callers of tools was changed', {
    details: POLICY,
  }),
  'tool_policy.deleted': admin('high', 'deleted', 'What was asked of callers of tools is asked no more', {
    details: POLICY,
  }),
  'http.request.handled': verbose('info', 'apiOther', 'A request was answered'),
  'admin.request.handled': admin('info', 'apiOther', 'A request to the admin API was answered'),
};

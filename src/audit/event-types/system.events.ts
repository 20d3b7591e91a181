import { admin, COUNT, MOMENT, REASON, security, TEXT, toolCall, verbose } from './event-type.js';

const KEY = { alg: TEXT, use: TEXT, state: TEXT, activate_at: MOMENT, publish_until: MOMENT, ...REASON };

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
  'mcp.tools.listed': toolCall('info', 'apiRead', 'The tools were listed', {
    details: { shown: COUNT, hidden: COUNT },
  }),
  'mcp.tool.called': toolCall('info', 'apiOther', 'A tool was called: the decision, and later its outcome', {
    details: { requested_tool: TEXT },
    sealed: ['tool.args'],
    brief: true,
  }),
  'http.request.handled': verbose('info', 'apiOther', 'A request was answered'),
  'admin.request.handled': admin('info', 'apiOther', 'A request to the admin API was answered'),
};

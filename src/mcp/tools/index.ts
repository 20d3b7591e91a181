import { AuditTools } from './audit.tools.js';
import { DiagnosticsTools } from './diagnostics.tools.js';
import { GrantsTools } from './grants.tools.js';
import { IdentityTools } from './identity.tools.js';
import { NotesTools } from './notes.tools.js';

/** The providers of the tools that come with the server. */
export const BUILT_IN_TOOLS = [IdentityTools, NotesTools, DiagnosticsTools, AuditTools, GrantsTools];

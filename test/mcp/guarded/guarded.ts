import { Injectable, Module } from '@nestjs/common';
import { z } from 'zod';
import {
  Prompt,
  Quota,
  RequireAnyScope,
  RequireRoles,
  RequireScopes,
  Resource,
  Signal,
  StepUp,
  Tool,
} from '../../../src/mcp/index.js';

const Nothing = z.object({});
const Secret = z.object({ secret: z.string().optional() });
const about = (name: string) => ({ name, title: name, description: name });

/** Long enough to sign in and call, short enough to wait for its end. */
const FRESH_S = 8;

@Injectable()
export class GuardedTools {
  @Tool({ ...about('choice'), input: Nothing, annotations: { readOnlyHint: true } })
  @RequireAnyScope('letters:read', 'letters:write')
  choice() {
    return 'chosen';
  }

  @Tool({ ...about('inspect'), input: Secret, annotations: { readOnlyHint: true } })
  @RequireScopes('mcp:tools:read')
  @RequireRoles('auditor')
  inspect() {
    return 'inspected';
  }

  @Tool({ ...about('fresh'), input: Nothing, annotations: { readOnlyHint: true } })
  @RequireScopes('mcp:tools:read')
  @StepUp({ maxAge: FRESH_S })
  fresh() {
    return 'signed in just now';
  }

  @Tool({ ...about('strong'), input: Nothing, annotations: { readOnlyHint: true } })
  @RequireScopes('mcp:tools:read')
  @StepUp({ acr: 'urn:gatehouse:acr:mfa' })
  strong() {
    return 'with a second step';
  }

  @Tool({ ...about('metered'), input: Nothing, annotations: { readOnlyHint: true } })
  @RequireScopes('mcp:tools:read')
  @Quota({ calls: 2, per: 60, by: 'grant' })
  metered() {
    return 'counted';
  }

  @Tool({ ...about('per_person'), input: Nothing, annotations: { readOnlyHint: true } })
  @RequireScopes('mcp:tools:read')
  @Quota({ calls: 1, per: 60, by: 'user' })
  @Quota({ calls: 100, per: 600, by: 'client' })
  perPerson() {
    return 'counted';
  }

  @Tool({ ...about('fails'), input: Nothing, annotations: { readOnlyHint: true } })
  @RequireScopes('mcp:tools:read')
  fails() {
    throw new Error('on purpose');
  }

  @Tool({ ...about('endless'), input: Nothing, annotations: { readOnlyHint: true } })
  @RequireScopes('mcp:tools:read')
  endless(_input: object, @Signal() signal: AbortSignal) {
    return new Promise((_, reject) => signal.addEventListener('abort', () => reject(new Error('aborted'))));
  }

  @Resource({ uri: 'guarded://ledger', ...about('ledger') })
  @RequireScopes('mcp:tools:read')
  @RequireRoles('auditor', 'operator')
  ledger() {
    return 'a ledger';
  }

  @Prompt({ ...about('draft'), input: Nothing })
  @RequireScopes('mcp:tools:read')
  @Quota({ calls: 1, per: 60, by: 'grant' })
  draft() {
    return 'a draft';
  }
}

@Module({ providers: [GuardedTools] })
export class GuardedModule {}

import { setTimeout as sleep } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';
import { z } from 'zod';
import { Tool } from '../authoring/decorators.js';
import { RequireScopes } from '../authoring/policy.decorators.js';
import type { ToolCaller } from '../authoring/caller.js';

const MAX_SECONDS = 60;
const Wait = z.strictObject({ seconds: z.number().min(0).max(MAX_SECONDS).default(1) });

/** For finding out what a client and the proxies on the way to it do with calls that take long. */
@Injectable()
export class DiagnosticsTools {
  @Tool({
    name: 'diagnostics_wait',
    title: 'Wait',
    description:
      'Waits, reporting progress every second, to show whether timeouts on the way cut long calls off.',
    input: Wait,
    annotations: { readOnlyHint: true, idempotentHint: true, openWorldHint: false },
    timeoutMs: (MAX_SECONDS + 5) * 1_000,
  })
  @RequireScopes('mcp:tools:read')
  async wait({ seconds }: z.output<typeof Wait>, { signal, progress }: ToolCaller): Promise<string> {
    for (let waited = 0; waited < seconds;) {
      const step = Math.min(1, seconds - waited);
      await sleep(step * 1_000, undefined, { signal });
      waited += step;
      progress(waited, seconds);
    }
    return `Waited ${seconds} s`;
  }
}

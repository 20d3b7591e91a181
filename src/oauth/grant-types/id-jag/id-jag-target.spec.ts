import { describe, expect, it } from '@jest/globals';
import type { AppConfig } from '../../../config/index.js';
import { Params } from '../../params.js';
import type { Resource, Resources } from '../../resources.js';
import type { ScopeCatalogue } from '../../scope-catalogue.js';
import type { TokenRequest } from '../grant-type.js';
import type { Verified } from './assertions.js';
import { IdJagTarget } from './id-jag-target.js';

const MCP = { id: 'https://gatehouse.example/mcp', kind: 'mcp' } as Resource;

const target = (default_resource: boolean): IdJagTarget =>
  new IdJagTarget(
    { mcpResource: MCP.id, policies: { clients: { default_resource } } } as AppConfig,
    { named: () => MCP, select: () => MCP } as unknown as Resources,
    {} as ScopeCatalogue,
  );
const request = { params: Params.from({}) } as TokenRequest;
const naming = (...resources: string[]) => ({ section: {}, jag: { resources } }) as unknown as Verified;

describe('An assertion that names no resource', () => {
  it('is for /mcp where policy allows it to be left out', () => {
    expect(target(true).resource(request, naming())).toBe(MCP);
  });

  it('is refused where every request has to name one', () => {
    const strict = target(false);
    expect(strict.resource(request, naming(MCP.id))).toBe(MCP);
    expect(() => strict.resource(request, naming())).toThrow(
      expect.objectContaining({ code: 'invalid_grant', reason: 'missing_resource' }),
    );
  });
});

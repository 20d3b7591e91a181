import { Controller, Get, NotFoundException, Req, Res } from '@nestjs/common';
import type { Request, Response } from 'express';
import { AppConfig } from '../config/index.js';
import { PROOF_ALGORITHMS, Resources, ScopeCatalogue } from '../oauth/index.js';

const WELL_KNOWN = '.well-known/oauth-protected-resource';

/** Clients without a hint ask for everything listed here, so it is what everyone needs and no more. */
const MCP_SCOPES = ['mcp:tools:read', 'mcp:tools:execute'];
const ADMIN_SCOPES = ['clients', 'users', 'grants', 'keys', 'audit', 'settings'].map(
  (area) => `admin:${area}:read`,
);

/** RFC 9728: says which authorization server issues tokens for the resources here. */
@Controller()
export class ResourceMetadataController {
  private readonly documents: ReadonlyMap<string, Described>;

  constructor(
    private readonly config: AppConfig,
    private readonly catalogue: ScopeCatalogue,
    private readonly resources: Resources,
  ) {
    const { basePath, mcpResource, adminResource, scimResource, brand } = config;
    const mcp = { resource: mcpResource, name: brand.name, scopes: MCP_SCOPES };
    const admin = { resource: adminResource, name: `${brand.name} administration`, scopes: ADMIN_SCOPES };
    const scim = { resource: scimResource, name: `${brand.name} provisioning`, scopes: ['scim'] };
    this.documents = new Map([
      ...['', basePath, '/mcp', `${basePath}/mcp`].map((suffix) => [suffix, mcp] as const),
      ...['/admin', `${basePath}/admin`].map((suffix) => [suffix, admin] as const),
      ...['/scim', `${basePath}/scim`].map((suffix) => [suffix, scim] as const),
    ]);
  }

  @Get([WELL_KNOWN, `${WELL_KNOWN}/*suffix`])
  read(@Req() req: Request, @Res({ passthrough: true }) res: Response): object {
    const suffix = req.path.slice(req.path.indexOf(WELL_KNOWN) + WELL_KNOWN.length);
    const found = this.documents.get(suffix);
    if (!found) throw new NotFoundException();
    res.setHeader('Cache-Control', 'public, max-age=300');
    return {
      resource: found.resource,
      resource_name: found.name,
      authorization_servers: [this.config.issuer],
      scopes_supported: found.scopes.filter((scope) => this.catalogue.has(scope)),
      bearer_methods_supported: ['header'],
      resource_signing_alg_values_supported: [this.algorithmOf(found.resource)],
      dpop_signing_alg_values_supported: PROOF_ALGORITHMS,
    };
  }

  /** What signs the tokens that are taken there. */
  private algorithmOf(resource: string): string {
    return this.resources.named(resource).algorithm ?? this.config.policies.keys.algorithm;
  }
}

interface Described {
  readonly resource: string;
  readonly name: string;
  readonly scopes: readonly string[];
}

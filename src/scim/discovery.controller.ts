import { All, Get, Param, Query } from '@nestjs/common';
import { AppConfig } from '../config/index.js';
import { scimUrl } from './resource-input.js';
import { PublicScimController, ScimController } from './scim-controller.js';
import { notFound, ScimRefusal } from './scim-refusal.js';
import { GROUP, schemaDocuments, USER, type ResourceKind } from './schemas.js';

const LIST = 'urn:ietf:params:scim:api:messages:2.0:ListResponse';
const RESOURCE_TYPE = 'urn:ietf:params:scim:schemas:core:2.0:ResourceType';
const PROVIDER_CONFIG = 'urn:ietf:params:scim:schemas:core:2.0:ServiceProviderConfig';

/** RFC 7643 §5: how to authenticate is said to whoever asks. */
@PublicScimController('ServiceProviderConfig')
export class ScimProviderController {
  constructor(private readonly config: AppConfig) {}

  @Get()
  show(): object {
    const { pageSize, bulkOperations, body } = this.config.limits.scim;
    return {
      schemas: [PROVIDER_CONFIG],
      patch: { supported: true },
      bulk: { supported: true, maxOperations: bulkOperations, maxPayloadSize: body },
      filter: { supported: true, maxResults: pageSize },
      changePassword: { supported: false },
      sort: { supported: true },
      etag: { supported: true },
      authenticationSchemes: [
        {
          type: 'oauthbearertoken',
          name: 'Bearer token',
          description: 'A token that an operator made for the directory, or an access token of this server',
          specUri: 'https://www.rfc-editor.org/info/rfc6750',
          primary: true,
        },
      ],
      meta: {
        resourceType: 'ServiceProviderConfig',
        location: `${scimUrl(this.config)}/ServiceProviderConfig`,
      },
    };
  }
}

/** RFC 7644 §4 */
@ScimController()
export class ScimDiscoveryController {
  private readonly base: string;

  constructor(config: AppConfig) {
    this.base = scimUrl(config);
  }

  @Get('Schemas')
  schemas(@Query('filter') filter?: unknown): object {
    return listOf(schemaDocuments(this.base), filter);
  }

  @Get('Schemas/:id')
  schema(@Param('id') id: string): object {
    return one(schemaDocuments(this.base), id);
  }

  @Get('ResourceTypes')
  resourceTypes(@Query('filter') filter?: unknown): object {
    return listOf(this.types(), filter);
  }

  @Get('ResourceTypes/:id')
  resourceType(@Param('id') id: string): object {
    return one(this.types(), id);
  }

  /** §3.11 */
  @All('Me')
  me(): never {
    throw new ScimRefusal(501, 'A directory is nobody here', { reason: 'not_implemented' });
  }

  private types() {
    return [USER, GROUP].map((kind) => this.type(kind));
  }

  private type({ name, endpoint, schema, extensions }: ResourceKind) {
    return {
      id: name,
      ...{ schemas: [RESOURCE_TYPE], name, endpoint, schema },
      schemaExtensions: extensions.map((urn) => ({ schema: urn, required: false })),
      ...{ meta: { resourceType: 'ResourceType', location: `${this.base}/ResourceTypes/${name}` } },
    };
  }
}

/** §4: a filter is refused, and whoever sends one must not take the answer for filtered. */
function listOf(documents: readonly object[], filter: unknown): object {
  if (filter !== undefined)
    throw new ScimRefusal(403, 'These cannot be filtered', { reason: 'filtered_discovery' });
  return {
    schemas: [LIST],
    totalResults: documents.length,
    startIndex: 1,
    itemsPerPage: documents.length,
    Resources: documents,
  };
}

function one(documents: readonly { readonly id: string }[], id: string): object {
  const found = documents.find((document) => document.id.toLowerCase() === id.toLowerCase());
  if (!found) throw notFound();
  return found;
}

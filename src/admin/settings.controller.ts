import { Get } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiProperty } from '@nestjs/swagger';
import { PartitionList } from '../audit/index.js';
import { AppConfig } from '../config/index.js';
import { AdminController } from './admin-controller.js';
import { masked } from './masked.js';
import { RequireAdminScope } from './require-admin-scope.js';
import { TEXT, TEXTS } from './response-fields.js';

const open = { type: 'object', additionalProperties: true } as const;
const opens = { type: 'array', items: open } as const;

/** What is in force: what the installer said over what is usual. Durations are in seconds; secrets are masked. */
export class SettingsResponse {
  @ApiProperty(TEXT) public_url!: string;
  @ApiProperty({ enum: ['embedded', 'server'] }) database!: string;
  @ApiProperty({ description: 'Limits are counted for all replicas together' }) shared_counters!: boolean;
  @ApiProperty({ enum: ['open', 'closed', 'token'] }) registration!: string;
  @ApiProperty(TEXTS) signing_algorithms!: readonly string[];
  @ApiProperty(open) policies!: object;
  @ApiProperty(open) limits!: object;
  @ApiProperty(open) lifetimes!: object;
  @ApiProperty(opens) scopes!: readonly object[];
  @ApiProperty(opens) resources!: readonly object[];
  @ApiProperty({ ...opens, description: 'Of the configuration; all of them are at /identity-providers' })
  identity_providers!: readonly object[];
  @ApiProperty(opens) trusted_issuers!: readonly object[];
  @ApiProperty(open) mail!: object;
  @ApiProperty({
    ...open,
    description:
      'Retention of the audit trail; `partitions` is `not_owner` where this process has no right to make and drop them',
  })
  audit!: object;
}

@AdminController('settings')
export class SettingsController {
  constructor(
    private readonly config: AppConfig,
    private readonly partitions: PartitionList,
  ) {}

  @Get()
  @RequireAdminScope('admin:settings:read')
  @ApiOperation({ summary: 'The configuration that is in force; it is changed where it is written' })
  @ApiOkResponse({ type: SettingsResponse })
  show(): SettingsResponse {
    const { config } = this;
    return masked({
      public_url: config.publicUrl,
      database: config.embedded ? 'embedded' : 'server',
      shared_counters: config.redisUrl !== undefined,
      registration: config.registrationMode,
      signing_algorithms: config.signingAlgorithms,
      policies: config.policies,
      limits: config.limits,
      lifetimes: config.lifetimes,
      scopes: config.scopes,
      resources: config.resources,
      identity_providers: config.identityProviders,
      trusted_issuers: config.trustedIssuers,
      mail: config.mail,
      audit: { ...config.audit, partitions: this.partitions.isKept ? 'kept' : 'not_owner' },
    });
  }
}

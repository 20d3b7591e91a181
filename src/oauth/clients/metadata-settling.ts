import { Injectable } from '@nestjs/common';
import { AppConfig } from '../../config/index.js';
import { OutboundHttp } from '../../outbound/index.js';
import { ScopeCatalogue } from '../scope-catalogue.js';
import type { ClientMetadata, EffectiveMetadata } from './client-metadata.js';
import type { Client } from './client.entity.js';
import { settleMetadata } from './settle-metadata.js';

/** Settles what a client says of itself with what this server knows and allows. */
@Injectable()
export class MetadataSettling {
  constructor(
    private readonly config: AppConfig,
    private readonly catalogue: ScopeCatalogue,
    private readonly outbound: OutboundHttp,
  ) {}

  /** @throws OAuthError invalid_redirect_uri, invalid_client_metadata */
  settle(metadata: ClientMetadata, registration: Client['registration']): EffectiveMetadata {
    return settleMetadata(metadata, {
      config: this.config,
      registration,
      knowsScope: (name) => this.catalogue.has(name),
      mayCall: (url) => this.outbound.mayCall(url),
    });
  }
}

import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { ClientsService, type CreatedClient } from '../oauth/index.js';
import type { Operator } from './admin-request.js';
import { merged, problemOf, wantedBy } from './client-metadata.js';
import { ClientReach } from './client-reach.js';
import type { NewClientRequest } from './clients.request.js';
import { given } from './paging.js';

/** Makes clients for operators. */
@Injectable()
export class NewClients {
  constructor(
    private readonly dataSource: DataSource,
    private readonly clients: ClientsService,
    private readonly reach: ClientReach,
  ) {}

  async create(request: NewClientRequest, operator: Operator): Promise<CreatedClient> {
    this.reach.checkGiven('scopes', request.scopes ?? [], operator);
    this.reach.checkGiven('allowed_scopes', request.allowed_scopes ?? [], operator);
    const metadata = merged({}, wantedBy(request));
    const origin = {
      registration: 'admin',
      actor: operator.actor,
      ...(request.allowed_scopes && { allowedScopes: request.allowed_scopes }),
      ...given({ skipConsent: request.skip_consent }),
    } as const;
    try {
      return await this.dataSource.transaction((tx) => this.clients.create(tx, metadata, origin));
    } catch (error) {
      throw problemOf(error);
    }
  }
}

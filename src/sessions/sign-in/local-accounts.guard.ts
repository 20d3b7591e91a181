import { Injectable, NotFoundException, type CanActivate } from '@nestjs/common';
import { AppConfig } from '../../config/index.js';

/** Without accounts of this server’s own (policy `localAccounts`) nothing that belongs to them exists. */
@Injectable()
export class LocalAccountsGuard implements CanActivate {
  constructor(private readonly config: AppConfig) {}

  canActivate(): boolean {
    if (!this.config.policies.localAccounts) throw new NotFoundException();
    return true;
  }
}

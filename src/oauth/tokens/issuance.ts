import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { StoredTokens, type Issue } from './stored-tokens.js';
import { TokenIssuer, type Issued, type IssueFromGrant } from './token-issuer.js';

/** What the statement of a grant type adds to an issue from a grant. */
export interface GrantIssue extends IssueFromGrant {
  readonly grantType: string;
  readonly statement: string;
  /** Parameters of the statement from `$19` on, when the tokens are known. */
  readonly own: (issued: Issued) => readonly unknown[];
}

/** Makes tokens from a grant and writes them, in one round trip. */
@Injectable()
export class Issuance {
  constructor(
    private readonly dataSource: DataSource,
    private readonly issuer: TokenIssuer,
    private readonly stored: StoredTokens,
  ) {}

  /** `undefined` when what the tokens come from was spent or ended meanwhile: look again. */
  async fromGrant({ grantType, statement, own, ...order }: GrantIssue): Promise<Issued | undefined> {
    const issued = await this.issuer.fromGrant(order);
    const issue: Issue = {
      issued,
      grantType,
      clientId: order.client.id,
      resource: order.state.resource,
      grantId: order.state.grant_id,
      userId: order.state.user_id,
    };
    return (await this.stored.remember(this.dataSource, statement, issue, own(issued))) ? issued : undefined;
  }
}

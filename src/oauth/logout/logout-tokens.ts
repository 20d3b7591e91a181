import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { AppConfig } from '../../config/index.js';
import { TokenSigner } from '../../keys/index.js';
import { Subjects } from '../tokens/subjects.js';

const SECONDS = 120;
const EVENT = 'http://schemas.openid.net/event/backchannel-logout';

/** OpenID Connect Back-Channel Logout 1.0 §2.4. */
@Injectable()
export class LogoutTokens {
  constructor(
    private readonly config: AppConfig,
    private readonly signer: TokenSigner,
    private readonly subjects: Subjects,
  ) {}

  make(of: { clientId: string; userId: string; sessionId: string }): Promise<string> {
    const iat = Math.floor(Date.now() / 1_000);
    return this.signer.sign(
      {
        iss: this.config.issuer,
        sub: this.subjects.subjectOf(of.userId, { id: of.clientId }),
        aud: of.clientId,
        iat,
        exp: iat + SECONDS,
        jti: randomUUID(),
        sid: of.sessionId,
        events: { [EVENT]: {} },
      },
      'logout+jwt',
    );
  }
}

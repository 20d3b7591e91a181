import { Injectable } from '@nestjs/common';
import { AuditLog, type Json } from '../../audit/index.js';
import { OAuthError } from '../oauth-error.js';

/** What a request turned out to be about, filled in as it becomes known. */
export type About = Record<string, Json>;

/** Tells the trail not only why a request was refused but also what it was about. */
@Injectable()
export class RefusalDetails {
  constructor(private readonly audit: AuditLog) {}

  async around<T>(about: About, work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      if (error instanceof OAuthError && error.status < 500)
        await this.audit.decide({
          type: 'token.request.rejected',
          outcome: { result: 'denied', reason: error.reason, httpStatus: error.status },
          details: about,
        });
      throw error;
    }
  }
}

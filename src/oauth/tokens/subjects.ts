import { Injectable } from '@nestjs/common';
import type { Client } from '../clients/client.entity.js';

/**
 * What `sub` says of a person, in id_tokens, access tokens and at userinfo alike. Give another provider in
 * `start({ subjects })`, for pairwise or company-wide identifiers. The same person and client must always get the same.
 */
export abstract class Subjects {
  abstract subjectOf(userId: string, client: Pick<Client, 'id'>): string;
}

@Injectable()
export class UserIdSubjects extends Subjects {
  subjectOf(userId: string): string {
    return userId;
  }
}

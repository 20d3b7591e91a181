import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { groupKey, type Role } from '../../config/index.js';
import { KNOWN_ACRS, levelsOf } from '../../sessions/index.js';
import { groupNamesOf } from '../../users/index.js';

/** What is known of somebody now, whatever their token says. */
export interface BearerPerson {
  /** As addresses are compared. */
  readonly email: string;
  readonly roles: readonly Role[];
  /** Names of groups as they are compared. */
  readonly groups: readonly string[];
}

const PERSON = `
SELECT u.email_key AS email, u.roles, (${groupNamesOf('u')}) AS groups
FROM users u WHERE u.id = $1 AND u.disabled_at IS NULL`;

/** By which somebody can be named in a rule. */
export interface BearerNames {
  /** Names as they are compared. */
  readonly groups: readonly string[];
  /** Ids or addresses as they are compared. */
  readonly users: readonly string[];
  readonly clients: readonly string[];
}

const UNKNOWN = `
SELECT
  ARRAY(SELECT n FROM unnest($1::text[]) n WHERE NOT EXISTS (SELECT FROM groups g WHERE g.name_key = n)) AS groups,
  ARRAY(SELECT n FROM unnest($2::text[]) n
    WHERE NOT EXISTS (SELECT FROM users u WHERE u.id::text = n OR u.email_key = n)) AS users,
  ARRAY(SELECT n FROM unnest($3::text[]) n WHERE NOT EXISTS (SELECT FROM clients c WHERE c.id = n)) AS clients`;

/** Tells resource servers of this house more of who stands behind a token. */
@Injectable()
export class Bearers {
  constructor(private readonly dataSource: DataSource) {}

  /** `undefined`: nobody who may do anything. */
  async person(userId: string): Promise<BearerPerson | undefined> {
    const [row] = await this.dataSource.query<BearerPerson[]>(PERSON, [userId]);
    return row && { ...row, groups: row.groups.map(groupKey) };
  }

  /** Of these names, those that nobody has. */
  async unknown({ groups, users, clients }: BearerNames): Promise<BearerNames> {
    const [row] = await this.dataSource.query<BearerNames[]>(UNKNOWN, [groups, users, clients]);
    return row!;
  }

  /** The level of a sign-in, and those it stands for. */
  levels(acr: string | undefined): readonly string[] {
    return acr === undefined ? [] : levelsOf(acr);
  }

  /** Whether a sign-in can have this level. */
  knowsLevel(acr: string): boolean {
    return KNOWN_ACRS.includes(acr);
  }
}

import { DataSource, type DataSourceOptions } from 'typeorm';
import { dataSourceOptions } from './data-source.js';
import { migrate } from './migrate.js';
import { optionsOf, ownsTheTrail, protectByLogin, protectByRole, type Protection } from './rights.js';

export interface Places {
  readonly url: string;
  /** Of the owner of the tables; without it `url` is the owner's. */
  readonly migrationUrl?: string;
}

/** Brings a database on a server up to date as its owner, and settles what the running server may do there. */
export async function prepareServer({ url, migrationUrl }: Places): Promise<Protection> {
  const ownerUrl = migrationUrl ?? url;
  const owner = await new DataSource(unhurried(dataSourceOptions(ownerUrl, null))).initialize();
  try {
    await migrate(owner, ownerUrl);
    const protection =
      migrationUrl === undefined ? await protectByRole(owner, url) : await protectByLogin(owner, url);
    return { ...protection, owns: await ownsTheTrail(owner) };
  } finally {
    await owner.destroy();
  }
}

/** A migration takes as long as it takes. */
export function unhurried(options: DataSourceOptions): DataSourceOptions {
  const extra = { ...(options.extra as object), max: 2, statement_timeout: 0, query_timeout: 0 };
  return { ...options, extra };
}

/** The options of the running server, whose connections take on the role there is for them. */
export function asRole(options: DataSourceOptions, { role }: Protection): DataSourceOptions {
  if (role === undefined) return options;
  return {
    ...options,
    extra: { ...(options.extra as object), options: optionsOf(role) },
  };
}

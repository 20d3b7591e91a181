import { AsyncLocalStorage } from 'node:async_hooks';
import type { DataSource, QueryRunner } from 'typeorm';

interface Rehearsal {
  readonly runner: QueryRunner;
}

const storage = new AsyncLocalStorage<Rehearsal>();

/** Whether what is being done is rolled back afterwards: nothing of it may be remembered outside the database. */
export const isRehearsing = (): boolean => storage.getStore() !== undefined;

/**
 * Does work as it would be done, and rolls all of it back. Every statement of the work runs in one transaction of one
 * connection; the transactions it opens are savepoints of that.
 */
export async function rehearse<T>(dataSource: DataSource, work: () => Promise<T>): Promise<T> {
  const runner = dataSource.createQueryRunner();
  try {
    await runner.startTransaction();
    return await storage.run({ runner: lent(runner) }, work);
  } finally {
    if (runner.isTransactionActive) await runner.rollbackTransaction();
    await runner.release();
  }
}

/** Call once on a new data source: a rehearsal's statements go to its own connection, whoever asks for one. */
export function rehearsable(dataSource: DataSource): void {
  const usual = dataSource.createQueryRunner.bind(dataSource);
  dataSource.createQueryRunner = (mode) => storage.getStore()?.runner ?? usual(mode);
}

/** Whoever has it gives it back when they are done; it stays with the rehearsal all the same. */
function lent(runner: QueryRunner): QueryRunner {
  return new Proxy(runner, {
    get(target, name) {
      if (name === 'release') return () => Promise.resolve();
      const member: unknown = Reflect.get(target, name, target);
      return typeof member === 'function' ? (member.bind(target) as unknown) : member;
    },
  });
}

import { Logger } from '@nestjs/common';
import type { DataSource } from 'typeorm';

/** A partition is made long before it is needed: nobody has to wait for the lock, there is a next time. */
const LOCK_MS = 1_000;

/**
 * The partitions of the audit trail for this month and the next two. As the owner of the tables. An event that comes
 * when there is none goes to a default partition.
 */
export async function makePartitions(owner: DataSource, moment = new Date()): Promise<void> {
  try {
    await owner.transaction(async (tx) => {
      await tx.query(`SET LOCAL lock_timeout = ${LOCK_MS}`);
      await tx.query('SELECT audit_make_partitions($1)', [moment]);
    });
  } catch (error) {
    new Logger('database').warn(
      `Partitions of the audit trail could not be made: ${error instanceof Error ? error.message : String(error)}`,
    );
  }
}

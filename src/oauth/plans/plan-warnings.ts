import type { EntityManager } from 'typeorm';
import type { Actor } from '../../audit/index.js';
import type { BlastCounts } from './blast-radius.js';
import type { PlanWarning } from './plan-view.js';
import type { Selection } from './selection.js';
import type { PlanSelector } from './selector.js';

/** What whoever applies the plan should know, and for their own access has to say that they do. */
export async function warningsOf(
  db: EntityManager,
  plan: { selector: PlanSelector; selection: Selection; counts: BlastCounts },
  asker: { actor: Actor; resource: string },
): Promise<PlanWarning[]> {
  const nothing = Object.values(plan.counts).every((count) => count === 0);
  const own = await endsOwnAccess(db, plan.selection, asker);
  return [
    ...(nothing && plan.selector.kid === undefined ? (['nothing_matches'] as const) : []),
    ...(own ? (['ends_own_access'] as const) : []),
    ...(plan.selector.kid === undefined ? [] : (['replaces_signing_key'] as const)),
  ];
}

/** A person's grants at the admin resource and their sessions; a machine's tokens. */
async function endsOwnAccess(
  db: EntityManager,
  { grants, sessions, tokens }: Selection,
  { actor, resource }: { actor: Actor; resource: string },
): Promise<boolean> {
  const holds = async (from: string, values: readonly unknown[], own: readonly unknown[]) => {
    const rows = await db.query<unknown[]>(`SELECT 1 FROM ${from} LIMIT 1`, [...values, ...own]);
    return rows.length > 0;
  };
  const at = (values: readonly unknown[], index: number): string => `$${values.length + index}`;
  const { values } = grants;
  if (actor.type === 'client')
    return holds(
      `access_tokens t WHERE ${tokens.where} AND t.client_id = ${at(tokens.values, 1)} AND t.resource = ${at(tokens.values, 2)}`,
      tokens.values,
      [actor.id, resource],
    );
  return (
    (await holds(
      `grants g WHERE ${grants.where} AND g.user_id = ${at(values, 1)}::uuid AND g.resource = ${at(values, 2)}`,
      values,
      [actor.id, resource],
    )) ||
    holds(
      `sessions s WHERE ${sessions.where} AND s.user_id = ${at(sessions.values, 1)}::uuid`,
      sessions.values,
      [actor.id],
    )
  );
}

import { describe, expect, it } from '@jest/globals';
import { decide, type DecisionContext } from './decide.js';
import { recordOf, replay } from './record.js';
import type { EffectivePolicy } from './rules.js';

const OPEN: EffectivePolicy = {
  ...{ scopes: [], anyScopes: [], roles: [], acrs: [], quotas: [], disabledBy: [], redact: [], applied: [] },
  timeoutMs: 60_000,
};
const NOBODY: DecisionContext = { scopes: [], roles: [], acrs: [] };
const QUOTA = { name: 'tool t user 60', calls: 5, per: 60, by: 'user' } as const;

type Row = [
  what: string,
  context: Partial<DecisionContext>,
  policy: Partial<EffectivePolicy>,
  told: string[],
];

const TABLE: Row[] = [
  ['asks for nothing', {}, {}, []],
  ['asks for a scope that is held', { scopes: ['a'] }, { scopes: ['a'] }, []],
  [
    'asks for two scopes of which one is held',
    { scopes: ['a'] },
    { scopes: ['a', 'b'] },
    ['insufficient_scope b of a b'],
  ],
  ['offers a choice of which the second is held', { scopes: ['b'] }, { anyScopes: [['a', 'b']] }, []],
  [
    'offers a choice of which none is held',
    { scopes: ['c'] },
    { anyScopes: [['a', 'b']] },
    ['insufficient_scope a of a'],
  ],
  [
    'asks for a scope and offers two choices',
    { scopes: ['d'] },
    {
      scopes: ['x'],
      anyScopes: [
        ['a', 'b'],
        ['c', 'd'],
      ],
    },
    ['insufficient_scope x a of x a d'],
  ],
  ['asks for a role that the person has', { roles: ['auditor'] }, { roles: [['admin', 'auditor']] }, []],
  [
    'asks for a role that the person has not',
    { roles: ['operator'] },
    { roles: [['auditor']] },
    ['insufficient_role auditor'],
  ],
  ['asks nobody in particular for a role', {}, { roles: [['auditor']] }, ['insufficient_role auditor']],
  [
    'asks for two roles of which one is there',
    { roles: ['admin'] },
    { roles: [['admin'], ['auditor']] },
    ['insufficient_role auditor'],
  ],
  ['asks for a level that is reached', { acrs: ['pw', 'mfa'] }, { acrs: ['pw'] }, []],
  [
    'asks for a level that is not reached',
    { acrs: ['pw'] },
    { acrs: ['pw', 'mfa'] },
    ['insufficient_user_authentication mfa'],
  ],
  ['asks for a sign-in just as old as it is', { signInAge: 60 }, { maxAge: 60 }, []],
  [
    'asks for a sign-in that is not so old',
    { signInAge: 61 },
    { maxAge: 60 },
    ['insufficient_user_authentication 60'],
  ],
  ['asks a client without a sign-in for one', {}, { maxAge: 60 }, ['insufficient_user_authentication 60']],
  [
    'asks for a level that is there and a younger sign-in',
    { acrs: ['mfa'], signInAge: 61 },
    { acrs: ['mfa'], maxAge: 60 },
    ['insufficient_user_authentication mfa 60'],
  ],
  ['has a quota with something left', { usedUp: {} }, { quotas: [QUOTA] }, []],
  [
    'has a quota with nothing left',
    { usedUp: { [QUOTA.name]: 7 } },
    { quotas: [QUOTA] },
    ['quota_exceeded 7'],
  ],
  ['has no such quota', { usedUp: { constructor: 7 } }, { quotas: [QUOTA] }, []],
  [
    'is disabled',
    { scopes: ['a'] },
    { scopes: ['a'], disabledBy: ['freeze'] },
    ['disabled_by_policy freeze'],
  ],
  [
    'fails in every way',
    { usedUp: { [QUOTA.name]: 7 } },
    { scopes: ['a'], roles: [['auditor']], maxAge: 60, quotas: [QUOTA], disabledBy: ['freeze'] },
    [
      'disabled_by_policy freeze',
      'insufficient_role auditor',
      'insufficient_scope a of a',
      'insufficient_user_authentication 60',
      'quota_exceeded 7',
    ],
  ],
];

describe('decide', () => {
  it.each(TABLE)('of what %s', (_, context, policy, told) => {
    const { result, failures } = decide({ ...NOBODY, ...context }, { ...OPEN, ...policy });
    expect(failures.map(say)).toEqual(told);
    const refusal = told[0]?.startsWith('quota') ? 'throttled' : 'denied';
    expect(result).toBe(told.length === 0 ? 'allowed' : refusal);
  });

  it.each(TABLE)('falls the same once more from its record, of what %s', (_, context, policy) => {
    const ruling = { context: { ...NOBODY, ...context }, policy: { ...OPEN, ...policy } };
    const decision = decide(ruling.context, ruling.policy);
    const record = recordOf({ ...ruling, decision, granted: ruling.context.scopes });
    expect(replay(JSON.parse(JSON.stringify(record))).decision).toEqual(decision);
  });

  it('falls the same once more where a scope was held because another includes it', () => {
    const context = { ...NOBODY, scopes: ['write', 'read'] };
    const policy = { ...OPEN, scopes: ['read'] };
    const record = recordOf({ context, policy, decision: decide(context, policy), granted: ['write'] });
    expect(record).toEqual({ required: ['read'], granted: ['write'], missing: [], implied: ['read'] });
    expect(replay(record).decision.result).toBe('allowed');
  });
});

function say(failure: ReturnType<typeof decide>['failures'][number]): string {
  switch (failure.rule) {
    case 'disabled':
      return [failure.reason, ...failure.by].join(' ');
    case 'roles':
      return [failure.reason, ...failure.roles].join(' ');
    case 'scopes':
      return [failure.reason, ...failure.missing, 'of', ...failure.ask].join(' ');
    case 'sign_in':
      return [failure.reason, ...failure.acrs, failure.maxAge ?? ''].join(' ').trim();
    case 'quota':
      return `${failure.reason} ${failure.retryAfter}`;
  }
}

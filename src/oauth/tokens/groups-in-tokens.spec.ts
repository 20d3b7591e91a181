import { describe, expect, it } from '@jest/globals';
import { groupsOfAccessToken, groupsOfIdToken } from './groups-in-tokens.js';

const MANY = Array.from({ length: 1_000 }, (_, number) => `group ${number}`);
const USERINFO = 'https://gatehouse.example/oauth2/userinfo';

describe('the groups of a person in a token', () => {
  it('are named, none of them too', () => {
    for (const groups of [[], ['engineering'], MANY.slice(0, 100)]) {
      expect(groupsOfAccessToken(groups)).toEqual({ groups });
      expect(groupsOfIdToken(groups, USERINFO)).toEqual({ groups });
    }
  });

  it('are left out when they are so many that the token would not fit into a header', () => {
    expect(groupsOfAccessToken(MANY)).toEqual({ hasgroups: true });
    expect(groupsOfIdToken(MANY, USERINFO)).toEqual({
      _claim_names: { groups: 'userinfo' },
      _claim_sources: { userinfo: { endpoint: USERINFO } },
    });
  });
});

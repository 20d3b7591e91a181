import { describe, it } from '@jest/globals';

/** What CI promises to have, parted by commas. */
const REQUIRED = (process.env.GATEHOUSE_TEST_REQUIRE ?? '').split(',');

export interface Need {
  /** As `GATEHOUSE_TEST_REQUIRE` calls it. */
  readonly part: string;
  /** Why it cannot be had here; `undefined` when it is there. */
  readonly missing: string | undefined;
}

/**
 * Runs tests where all that they need is there. Elsewhere their name says why they did not run, and where the missing
 * part was promised they fail: nothing is passed over unnoticed.
 */
export function describeWhere(needs: readonly Need[], name: string, tests: () => void): void {
  const lacking = needs.find(({ missing }) => missing !== undefined);
  if (!lacking) {
    describe(name, tests);
  } else if (REQUIRED.includes(lacking.part)) {
    describe(name, () => {
      it(`needs ${lacking.part}`, () => {
        throw new Error(lacking.missing);
      });
    });
  } else describe.skip(`${name} (skipped: ${lacking.missing})`, tests);
}

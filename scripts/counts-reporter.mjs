import { writeFileSync } from 'node:fs';

/** Leaves the counts of a run where scripts/test.mjs looks for them. */
export default class CountsReporter {
  onRunComplete(_contexts, result) {
    const file = process.env.GATEHOUSE_TEST_COUNTS;
    if (!file) return;
    // A file that could not be run counts as one failure.
    const failed = result.numFailedTests + result.numRuntimeErrorTestSuites;
    const skipped = result.numPendingTests + result.numTodoTests;
    writeFileSync(file, JSON.stringify({ passed: result.numPassedTests, failed, skipped }));
  }
}

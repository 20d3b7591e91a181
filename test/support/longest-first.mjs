import Sequencer from '@jest/test-sequencer';

/** What takes longest by far, and would otherwise be waited for when everything else is done. */
const LONGEST = [
  'test/tools/docs.e2e-spec.ts',
  'test/oauth/client-metadata-documents.e2e-spec.ts',
  'test/sessions/login.e2e-spec.ts',
  'test/architecture/boundaries.spec.ts',
  'test/platform/start.e2e-spec.ts',
  'test/platform/public-url.e2e-spec.ts',
  'test/browser/pages.e2e-spec.ts',
];

/** A fresh clone knows nothing of how long each file took, and Jest would go by their sizes alone. */
export default class LongestFirst extends Sequencer {
  sort(tests) {
    const place = ({ path }) => LONGEST.findIndex((each) => path.endsWith(each)) >>> 0;
    return super.sort(tests).sort((one, other) => place(one) - place(other));
  }
}

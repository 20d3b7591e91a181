import { parentPort } from 'node:worker_threads';

/** What is asked of the thread. */
export interface StrengthQuestion {
  readonly id: number;
  readonly password: string;
  /** Words that this person's password must not be made of. */
  readonly context: readonly string[];
}

export interface StrengthAnswer {
  readonly id: number;
  /** 0 to 4: how many guesses it stands. */
  readonly score: number;
}

type Estimate = (password: string, context: string[]) => number;

/** The dictionaries take a quarter of a second and a hundred megabytes: only this thread ever loads them. */
export async function loadEstimate(): Promise<Estimate> {
  // CommonJS: what `module.exports` was is there under this name alone, once they are bundled.
  const { default: core } = await import('@zxcvbn-ts/core');
  const { default: common } = await import('@zxcvbn-ts/language-common');
  const { default: english } = await import('@zxcvbn-ts/language-en');
  const zxcvbn = new core.ZxcvbnFactory({
    dictionary: { ...common.dictionary, ...english.dictionary },
    graphs: common.adjacencyGraphs,
  });
  return (password, context) => zxcvbn.check(password, context).score;
}

if (parentPort) {
  const port = parentPort;
  const loading = loadEstimate();
  port.on('message', ({ id, password, context }: StrengthQuestion) => {
    void loading.then((estimate) => {
      const answer: StrengthAnswer = { id, score: estimate(password, [...context]) };
      port.postMessage(answer);
    });
  });
}

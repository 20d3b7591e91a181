import { Injectable } from '@nestjs/common';
import type { Errand, FinishedLetter } from './letter.js';

type Finish = (errand: Errand) => Promise<FinishedLetter | undefined>;

/** Who finishes letters of which kind; rooms above register themselves here. */
@Injectable()
export class Errands {
  private readonly finishers = new Map<string, Finish>();

  register(errand: string, finish: Finish): void {
    this.finishers.set(errand, finish);
  }

  /** `undefined`: nothing is to be sent. */
  async finish(errand: Errand): Promise<FinishedLetter | undefined> {
    return this.finishers.get(errand.errand)?.(errand);
  }
}

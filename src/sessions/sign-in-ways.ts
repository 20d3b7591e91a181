import { Injectable } from '@nestjs/common';

/** A way in through others. */
export interface SignInWay {
  readonly id: string;
  /** How people know it. */
  readonly label: string;
  /** E-mail domains whose people it is the way of. */
  readonly domains: readonly string[];
  /** Seconds after a sign-in through it for which apps may go on without another one; absent: no such limit. */
  readonly signInEvery?: number;
  /** It has no button. */
  readonly hidden: boolean;
}

type List = () => Promise<readonly SignInWay[]>;

/** Asks the room that signs people in through others which ways there are now; that room registers itself here. */
@Injectable()
export class SignInWays {
  private ways: List = () => Promise.resolve([]);
  private seen: readonly SignInWay[] = [];

  register(ways: List): void {
    this.ways = ways;
  }

  async list(): Promise<readonly SignInWay[]> {
    return (this.seen = await this.ways());
  }

  /** As somebody saw them last; whoever asks makes it be looked at anew. */
  lately(): readonly SignInWay[] {
    this.list().catch(() => undefined);
    return this.seen;
  }
}

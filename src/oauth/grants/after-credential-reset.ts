import { Injectable, type OnModuleInit } from '@nestjs/common';
import { CredentialResets } from '../../sessions/index.js';
import { EndingWriter } from './ending-writer.js';

/** Where a credential was replaced because somebody else may know it, nothing that was got with it goes on. */
@Injectable()
export class AfterCredentialReset implements OnModuleInit {
  constructor(
    private readonly resets: CredentialResets,
    private readonly writer: EndingWriter,
  ) {}

  onModuleInit(): void {
    this.resets.register((tx, { userId, actor, reason }) =>
      this.writer.endUser(tx, userId, { actor, reason }),
    );
  }
}

import { Injectable } from '@nestjs/common';
import { Sealer } from '../sealing/index.js';
import type { AuditEventBody } from './audit-row.js';
import { canonical } from './proof/canonical.js';

const PURPOSE = 'audit-event';
const ARGUMENTS = 'audit-tool-arguments';

/** `unknown`: made with a key that this replica has not got, such as the next one while replicas restart in turn. */
export type MarkVerdict = 'genuine' | 'forged' | 'unknown';

/** An event in canonical form, with its mark: key version and HMAC. */
export interface Marked {
  readonly text: string;
  readonly mac: string;
}

/** Marks events as written by this server: whoever has only the database cannot add one that gets sealed. */
@Injectable()
export class EventMarks {
  constructor(private readonly sealer: Sealer) {}

  of(body: AuditEventBody): Marked {
    const text = canonical(body);
    return { text, mac: `${this.sealer.version}.${this.sealer.mac(PURPOSE, text).toString('base64url')}` };
  }

  /** Key version and HMAC: the same for the same arguments of a tool, and of no use to guess them with. */
  ofArguments(tool: string, args: unknown): string {
    const mac = this.sealer.mac(ARGUMENTS, `${tool}\n${canonical(args)}`);
    return `${this.sealer.version}.${mac.toString('base64url')}`;
  }

  /** `text` is the event in canonical form. */
  judge(text: string, mark: string): MarkVerdict {
    const [version = '', mac = ''] = mark.split('.');
    if (!/^[1-9]\d{0,8}$/.test(version)) return 'forged';
    if (!this.sealer.knows(Number(version))) return 'unknown';
    return this.sealer.verifyMac(PURPOSE, text, Buffer.from(mac, 'base64url')) ? 'genuine' : 'forged';
  }
}

/** RFC 7644 §3.12: what kind of wrong a 400 or 409 is. */
export type ScimType =
  | 'invalidFilter'
  | 'tooMany'
  | 'uniqueness'
  | 'mutability'
  | 'invalidSyntax'
  | 'invalidPath'
  | 'noTarget'
  | 'invalidValue';

interface Details {
  readonly scimType?: ScimType;
  /** For the log and the audit trail: a snake_case code. */
  readonly reason?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** A request to the provisioning API that is not served; answered in one place, by the filter. */
export class ScimRefusal extends Error {
  constructor(
    readonly status: number,
    /** A sentence for the caller. */
    readonly detail: string,
    readonly details: Details = {},
  ) {
    super(detail);
    this.name = 'ScimRefusal';
  }

  get reason(): string {
    const { reason, scimType } = this.details;
    return reason ?? (scimType ? snake(scimType) : `http_${this.status}`);
  }
}

export const badRequest = (scimType: ScimType, detail: string): ScimRefusal =>
  new ScimRefusal(400, detail, { scimType });

export const notFound = (): ScimRefusal => new ScimRefusal(404, 'There is no such resource');

export const taken = (detail: string): ScimRefusal =>
  new ScimRefusal(409, detail, { scimType: 'uniqueness' });

/** Whatever would take the role from the last one who has it. */
export const lastAdmin = (): ScimRefusal =>
  new ScimRefusal(403, 'Nobody who may sign in would be left as an administrator', { reason: 'last_admin' });

const snake = (text: string): string => text.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

import { Injectable } from '@nestjs/common';
import type { Request, Response } from 'express';
import { AppConfig } from '../../config/index.js';
import { Pages, type DeviceConfirmView } from '../../pages/index.js';
import { Csrf, type SignedIn } from '../../sessions/index.js';
import { addressKey } from '../../throttling/index.js';
import { identityOf } from '../authorize/consent-asker.js';
import type { Client } from '../clients/client.entity.js';
import { documentHost } from '../clients/document-host.js';
import { accessEndsAfterDays } from '../refreshable.js';
import { ScopeCatalogue } from '../scope-catalogue.js';
import { scopeGroups } from '../scope-groups.js';
import type { DeviceProblem, FoundDevice } from './device-lookup.js';
import { shownUserCode } from './user-code.js';

const CODE_FORM = 'device';

interface Decision {
  readonly person: SignedIn;
  readonly device: FoundDevice;
  readonly code: string;
}
interface Shown {
  readonly code: string | undefined;
  readonly scope: string;
  /** What the client was when the page was made. */
  readonly seen: string;
}

/** A form about one code and what is asked with it is worth nothing for another. */
const purposeOf = ({ code, scope, seen }: Shown): string => `device:${code ?? ''}:${seen}:${scope}`;

/** The pages of `/device`. */
@Injectable()
export class DevicePage {
  constructor(
    private readonly config: AppConfig,
    private readonly catalogue: ScopeCatalogue,
    private readonly pages: Pages,
    private readonly csrf: Csrf,
  ) {}

  /** @throws ForbiddenException */
  verifyCodeForm(req: Request, given: unknown): void {
    this.csrf.verify(req, CODE_FORM, given);
  }

  /** @throws ForbiddenException */
  verifyDecisionForm(req: Request, shown: Shown, given: unknown): void {
    this.csrf.verify(req, purposeOf(shown), given);
  }

  toSignIn(res: Response, code: string | undefined): void {
    res.set('Cache-Control', 'no-store').redirect(303, `${this.config.basePath}${signInPath(code)}`);
  }

  askForCode(
    req: Request,
    res: Response,
    { person, code, problem }: { person: SignedIn; code?: string; problem?: DeviceProblem },
  ): void {
    const view = {
      page: 'device',
      account: accountOf(person),
      switchAccountHref: signInPath(code),
      ...(code && { userCode: shownUserCode(code) }),
      ...(problem && { problem }),
      csrf: this.csrf.token(req, res, CODE_FORM),
    } as const;
    this.pages.send(req, res, view, { status: problem ? 400 : 200 });
  }

  askForDecision(req: Request, res: Response, decision: Decision): void {
    const { device, code } = decision;
    const shown = { code, scope: device.scopes.join(' '), seen: identityOf(device.client) };
    const csrf = this.csrf.token(req, res, purposeOf(shown));
    const hidden = { user_code: code, scope: shown.scope, seen: shown.seen };
    this.pages.send(req, res, { ...this.confirmView(decision, req.ip ?? ''), hidden, csrf });
  }

  showDecision(req: Request, res: Response, client: Client, decision: 'approve' | 'deny'): void {
    this.pages.send(req, res, {
      page: 'device-done',
      clientName: client.name,
      allowed: decision === 'approve',
    });
  }

  private confirmView(
    { person, device, code }: Decision,
    ip: string,
  ): Omit<DeviceConfirmView, 'hidden' | 'csrf'> {
    const { client, resource, pending, scopes } = device;
    return {
      page: 'device-confirm',
      userCode: shownUserCode(code),
      client: askerOf(client),
      startedAt: pending.createdAt,
      ...(pending.ip && { startedFrom: pending.ip }),
      ...(pending.ip && addressKey(pending.ip) !== addressKey(ip) && { yourAddress: ip }),
      account: accountOf(person),
      switchAccountHref: signInPath(code),
      resourceName: resource.name,
      groups: scopeGroups(this.catalogue, scopes, () => ({ isNew: false })),
      accessEndsAfterDays: accessEndsAfterDays(this.config, client, scopes),
    };
  }
}

/** The code comes along, so that nobody has to type it twice. */
function signInPath(code: string | undefined): string {
  const back = code === undefined ? '/device' : `/device?user_code=${shownUserCode(code)}`;
  return `/login?return_to=${encodeURIComponent(back)}`;
}

const accountOf = ({ email, name }: SignedIn) => ({ email, ...(name && { name }) });

/** No redirect proves anything here: only a client that authenticates does, for anybody can say the id of another one. */
function askerOf(client: Client): DeviceConfirmView['client'] {
  const authenticated = client.authMethod !== 'none';
  const host = documentHost(client);
  return {
    name: client.name,
    clientId: client.id,
    authenticated,
    ...(host !== undefined && (authenticated ? { verifiedHost: host } : { claimedHost: host })),
    ...(client.lastUsedAt && { firstSeen: client.createdAt }),
    approved: client.trustState === 'approved',
  };
}

import { Injectable } from '@nestjs/common';
import { satisfies, type SignedIn } from '../../sessions/index.js';
import { Subjects } from '../tokens/subjects.js';
import type { AuthorizationRequest } from './authorization-request.js';

export type SignInDemand =
  { readonly step: 'sign_in'; readonly because?: 'other_account' } | { readonly step: 'choose_account' };

/** A sign-in elsewhere was timed by another clock; without this it could be too old here and fresh enough there for ever. */
const CLOCKS_MS = 60_000;

/** Whether whoever is signed in is the one the client asks for, signed in recently and well enough. */
@Injectable()
export class SignInDemands {
  constructor(private readonly subjects: Subjects) {}

  find(request: AuthorizationRequest, person: SignedIn | undefined, now: number): SignInDemand | undefined {
    if (!person) return { step: 'sign_in' };
    const { client, hintedSubject, prompt } = request;
    const isFresh = cameAfter(request, person.authTime);
    const came = isFresh || cameAfter(request, person.signedInAt);
    if (!isFresh && (prompt.has('login') || isTooOld(request, person, came ? now - CLOCKS_MS : now)))
      return { step: 'sign_in' };
    if (!came && isTooWeak(request, person)) return { step: 'sign_in' };
    if (hintedSubject !== undefined && this.subjects.subjectOf(person.userId, client) !== hintedSubject)
      return { step: 'sign_in', because: 'other_account' };
    return !came && prompt.has('select_account') ? { step: 'choose_account' } : undefined;
  }
}

/** While this very request was waiting. */
const cameAfter = ({ pushed }: AuthorizationRequest, at: Date): boolean =>
  pushed !== undefined && at > pushed.openedAt;

/** OpenID Connect Core §3.1.2.1 (`max_age`). */
const isTooOld = ({ maxAge }: AuthorizationRequest, { authTime }: SignedIn, now: number): boolean =>
  maxAge !== undefined && now - authTime.getTime() > maxAge * 1_000;

/** `acr_values` is a wish: worth a page, and no reason to refuse where none may be shown. */
const isTooWeak = ({ acrValues, silent }: AuthorizationRequest, { acr }: SignedIn): boolean =>
  !silent && acrValues.length > 0 && !acrValues.some((asked) => satisfies(acr, asked));

export { Cookies } from './cookies.js';
export { Csrf } from './csrf.js';
export { formPipe } from './form.pipe.js';
export { localUrl } from './local-url.js';
export { PageErrorFilter, type PageFailure } from './page-error.filter.js';
export { SessionList, type SessionQuery, type SessionView } from './session-list.js';
export { SessionsModule } from './sessions.module.js';
export { SessionsService, type Proof } from './sessions.service.js';
export type { SignedIn } from './signed-in.js';

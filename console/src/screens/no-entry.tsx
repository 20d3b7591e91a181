import { issuer } from '../installation';

/** Instead of the console, for whoever may not use it or could not be let in. */
export function NoEntry({ isRefused, reason }: { isRefused: boolean; reason: string }) {
  const root = issuer.href.replace(/\/$/, '');
  return (
    <main className="alone">
      <h1>{isRefused ? 'The console is not open to you' : 'You could not be signed in'}</h1>
      <p>
        {isRefused
          ? 'It is for people with the role of an admin, operator or auditor. An admin can give you one.'
          : reason}
      </p>
      <p>
        <a className="button" href={`${root}/console/`}>
          Try again
        </a>{' '}
        <a href={`${root}/account`}>Your account</a>
      </p>
    </main>
  );
}

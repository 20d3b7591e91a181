import type { ReactNode } from 'react';
import { Problem } from '../api/problem';
import { Id } from './id';

/** What went wrong, with the id under which the server knows more. */
export function Failure({ error }: { error: unknown }) {
  const problem = error instanceof Problem ? error : undefined;
  return (
    <div className="notice danger" role="alert">
      <p>
        <strong>{problem?.title ?? 'The server could not be asked.'}</strong>
      </p>
      {problem?.detail && <p>{problem.detail}</p>}
      {!problem && <p>{error instanceof Error ? error.message : String(error)}</p>}
      {problem?.decisionId && (
        <p className="quiet">
          Decision <Id value={problem.decisionId} />
        </p>
      )}
    </div>
  );
}

/** Nothing here: what would be, and how it comes to be. */
export function Empty({ title, children }: { title: string; children?: ReactNode }) {
  return (
    <div className="empty">
      <p>
        <strong>{title}</strong>
      </p>
      {children && <p className="quiet">{children}</p>}
    </div>
  );
}

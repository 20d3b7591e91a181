import type { ReactNode } from 'react';

/** Names and what they say; what is `undefined` is left out. */
export function Facts({ of }: { of: Readonly<Record<string, ReactNode | undefined>> }) {
  return (
    <dl className="facts">
      {Object.entries(of).map(([name, value]) =>
        value === undefined ? null : (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ),
      )}
    </dl>
  );
}

export function Words({ of, none = 'none' }: { of: readonly string[]; none?: string }) {
  if (of.length === 0) return <span className="quiet">{none}</span>;
  return (
    <ul className="words">
      {of.map((word) => (
        <li key={word}>
          <code>{word}</code>
        </li>
      ))}
    </ul>
  );
}

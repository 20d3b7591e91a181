/** RFC 6902, with what stood there before. */
interface Operation {
  readonly op: string;
  readonly path: string;
  readonly value?: unknown;
  readonly old?: unknown;
}

interface Change {
  readonly patch: readonly Operation[];
}

export const isChange = (value: unknown): value is Change =>
  typeof value === 'object' && value !== null && Array.isArray((value as { patch?: unknown }).patch);

const said = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value));

/** What an admin changed: from what, to what. */
export function ChangeView({ change }: { change: Change }) {
  return (
    <table className="diff">
      <caption>What was changed</caption>
      <thead>
        <tr>
          <th scope="col">Member</th>
          <th scope="col">Before</th>
          <th scope="col">After</th>
        </tr>
      </thead>
      <tbody>
        {change.patch.map(({ path, old, value }) => (
          <tr key={path}>
            <th scope="row">{path.slice(1)}</th>
            <td>{old === undefined ? '' : <del>{said(old)}</del>}</td>
            <td>{value === undefined ? '' : <ins>{said(value)}</ins>}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

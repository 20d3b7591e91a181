import { useOne } from '../api/hooks';
import { Badge, type Tone } from '../kit/badge';
import { Words } from '../kit/facts';
import { Empty, Failure } from '../kit/notice';
import { counted } from '../words';

interface Tool {
  readonly name: string;
  readonly title: string;
  readonly scopes: readonly string[];
  readonly risk: 'read' | 'change' | 'destructive';
  readonly timeout_ms: number;
}

const TONES: Readonly<Record<Tool['risk'], Tone>> = {
  read: 'plain',
  change: 'warning',
  destructive: 'danger',
};

/** What can be called over MCP, and what it takes. */
export function Tools() {
  const { data, error } = useOne<{ items: readonly Tool[] }>('tools');
  if (error) return <Failure error={error} />;
  if (!data) return <p className="quiet loading">Loading …</p>;
  if (data.items.length === 0)
    return <Empty title="No tools">A tool is a method of a provider in the server’s own code.</Empty>;
  return (
    <div className="scroll" tabIndex={0} role="region" aria-label="Tools">
      <table>
        <caption className="hidden">Tools</caption>
        <thead>
          <tr>
            <th scope="col">Tool</th>
            <th scope="col">Needs</th>
            <th scope="col">Risk</th>
            <th scope="col">Ends after</th>
          </tr>
        </thead>
        <tbody>
          {data.items.map((tool) => (
            <tr key={tool.name}>
              <th scope="row">
                <code>{tool.name}</code> <span className="quiet">{tool.title}</span>
              </th>
              <td>
                <Words of={tool.scopes} />
              </td>
              <td>
                <Badge tone={TONES[tool.risk]}>{tool.risk}</Badge>
              </td>
              <td>{counted(Math.round(tool.timeout_ms / 1_000), 'second')}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

import { Button, Tab, TabList, TabPanel, Tabs } from 'react-aria-components';
import { useAct, useApi, useOne } from '../api/hooks';
import { Badge, type Tone } from '../kit/badge';
import { Facts, Words } from '../kit/facts';
import { Id } from '../kit/id';
import { Empty, Failure } from '../kit/notice';
import { useUrlState } from '../kit/url-state';
import { Streams } from './streams';
import { Tools } from './tools';

interface Provider {
  readonly id: string;
  readonly label: string;
  readonly kind: string;
  readonly source: string;
  readonly enabled: boolean;
  readonly settings: { readonly issuer?: string; readonly domains?: readonly string[] };
  readonly redirect_uri?: string;
  readonly problems: readonly string[];
}

interface Trial {
  readonly ok: boolean;
  readonly steps: readonly { readonly step: string; readonly ok: boolean | null; readonly detail: string }[];
}

/** What the installation consists of. */
export function Setup() {
  const { get, set } = useUrlState();
  const { tokens } = useApi();
  return (
    <div className="screen">
      <h1>Setup</h1>
      <Tabs
        selectedKey={get('view') ?? 'providers'}
        onSelectionChange={(view) => set({ view: view === 'providers' ? undefined : String(view) })}
      >
        <TabList aria-label="Setup">
          <Tab id="providers">Identity providers</Tab>
          <Tab id="tools">Tools</Tab>
          {tokens.may('admin:audit:read') && <Tab id="streams">Streams</Tab>}
        </TabList>
        <TabPanel id="providers">
          <Providers />
        </TabPanel>
        <TabPanel id="tools">
          <Tools />
        </TabPanel>
        <TabPanel id="streams">
          <Streams />
        </TabPanel>
      </Tabs>
    </div>
  );
}

/** Through whom people sign in. */
function Providers() {
  const { data, error, isPending } = useOne<{ items: readonly Provider[] }>('identity-providers');
  if (error) return <Failure error={error} />;
  if (isPending) return <p className="quiet loading">Loading …</p>;
  if (data.items.length === 0)
    return (
      <Empty title="No identity provider">
        People sign in with accounts of this server. Connect a provider in the configuration file or by the
        admin API.
      </Empty>
    );
  return (
    <ul className="cards">
      {data.items.map((provider) => (
        <ProviderCard key={provider.id} provider={provider} />
      ))}
    </ul>
  );
}

function ProviderCard({ provider }: { provider: Provider }) {
  const { tokens } = useApi();
  const { settings, problems } = provider;
  return (
    <li className="card">
      <h2>
        {provider.label} <Badge>{provider.kind}</Badge>{' '}
        {!provider.enabled && <Badge tone="warning">off</Badge>}
      </h2>
      {problems.length > 0 && (
        <ul className="notice danger">
          {problems.map((problem) => (
            <li key={problem}>{problem}</li>
          ))}
        </ul>
      )}
      <Facts
        of={{
          Issuer: settings.issuer,
          Domains:
            settings.domains && settings.domains.length > 0 ? <Words of={settings.domains} /> : undefined,
          'Set by': provider.source,
          'Redirect URI': provider.redirect_uri && <Id value={provider.redirect_uri} />,
          Id: <Id value={provider.id} />,
        }}
      />
      {tokens.may('admin:settings') && <Try id={provider.id} />}
    </li>
  );
}

const SAID: ReadonlyMap<boolean | null, readonly [string, Tone]> = new Map([
  [true, ['good', 'good']],
  [false, ['wrong', 'danger']],
  [null, ['not told', 'plain']],
]);

/** Each step of a sign-in that can be tried without a person. */
function Try({ id }: { id: string }) {
  const trial = useAct<Trial>();
  return (
    <>
      <div className="actions">
        <Button
          className="button"
          isDisabled={trial.isPending}
          onPress={() =>
            trial.mutate({ method: 'POST', path: `identity-providers/${encodeURIComponent(id)}/test` })
          }
        >
          {trial.isPending ? 'Trying …' : 'Try it'}
        </Button>
      </div>
      {trial.error && <Failure error={trial.error} />}
      {trial.data && (
        <ol className="steps" role="status">
          {trial.data.steps.map(({ step, ok, detail }) => (
            <li key={step}>
              <Badge tone={SAID.get(ok)![1]}>{SAID.get(ok)![0]}</Badge> <b>{step}</b> {detail}
            </li>
          ))}
        </ol>
      )}
    </>
  );
}

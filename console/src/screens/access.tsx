import { Tab, TabList, TabPanel, Tabs } from 'react-aria-components';
import { useUrlState } from '../kit/url-state';
import { ApiKeys } from './api-keys';
import { Grants } from './grants';
import { Sessions } from './sessions';

/** What people allowed, and where they are signed in. */
export function Access() {
  const { get, set } = useUrlState();
  return (
    <div className="screen">
      <h1>Access</h1>
      <Tabs
        selectedKey={get('view') ?? 'grants'}
        onSelectionChange={(view) =>
          set({ view: view === 'grants' ? undefined : String(view), open: undefined })
        }
      >
        <TabList aria-label="Access">
          <Tab id="grants">Grants</Tab>
          <Tab id="sessions">Sessions</Tab>
          <Tab id="api-keys">API keys</Tab>
        </TabList>
        <TabPanel id="grants">
          <Grants />
        </TabPanel>
        <TabPanel id="sessions">
          <Sessions />
        </TabPanel>
        <TabPanel id="api-keys">
          <ApiKeys />
        </TabPanel>
      </Tabs>
    </div>
  );
}

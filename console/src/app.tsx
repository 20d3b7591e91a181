import type { ComponentType } from 'react';
import { NavLink, Route, Routes } from 'react-router';
import { useApi } from './api/hooks';
import { consoleUrl, installationName } from './installation';
import { Finder } from './finder';
import { Access } from './screens/access';
import { Activity } from './screens/activity/activity';
import { Clients } from './screens/clients';
import { Decision } from './screens/decision';
import { Keys } from './screens/keys';
import { Overview } from './screens/overview';
import { People } from './screens/people';
import { Revoke } from './screens/revoke/revoke';
import { Setup } from './screens/setup';
import { ThemeSwitch } from './theme-switch';

interface Screen {
  readonly path: string;
  readonly title: string;
  readonly scope: string;
  readonly Screen: ComponentType;
}

/** The rail; who lacks the right to a screen does not see it. */
const SCREENS: readonly Screen[] = [
  { path: '', title: 'Overview', scope: 'admin:audit:read', Screen: Overview },
  { path: 'activity', title: 'Activity', scope: 'admin:audit:read', Screen: Activity },
  { path: 'people', title: 'People', scope: 'admin:users:read', Screen: People },
  { path: 'clients', title: 'Clients', scope: 'admin:clients:read', Screen: Clients },
  { path: 'access', title: 'Access', scope: 'admin:grants:read', Screen: Access },
  { path: 'revoke', title: 'Revoke', scope: 'admin:grants', Screen: Revoke },
  { path: 'keys', title: 'Keys', scope: 'admin:keys:read', Screen: Keys },
  { path: 'setup', title: 'Setup', scope: 'admin:settings:read', Screen: Setup },
];

export function App() {
  const { tokens } = useApi();
  const screens = SCREENS.filter(({ scope }) => tokens.may(scope));
  return (
    <div className="app">
      <a className="skip" href="#main">
        Skip to the content
      </a>
      <nav className="rail" aria-label="Console">
        <p className="brand">{installationName}</p>
        {screens.map(({ path, title }) => (
          <NavLink key={path} to={`/${path}`} end={path === ''}>
            {title}
          </NavLink>
        ))}
        <div className="foot">
          <ThemeSwitch />
          <p className="quiet small">{tokens.email}</p>
          <a className="small" href={tokens.signOutUrl(consoleUrl)}>
            Sign out
          </a>
        </div>
      </nav>
      <div className="body">
        <header className="top">
          <Finder />
        </header>
        <main id="main" tabIndex={-1}>
          <Routes>
            {screens.map(({ path, Screen }) => (
              <Route key={path} path={`/${path}`} element={<Screen />} />
            ))}
            <Route path="/decisions/:id" element={<Decision />} />
            <Route
              path="*"
              element={<p className="empty">There is no such screen, or it is not for you.</p>}
            />
          </Routes>
        </main>
      </div>
    </div>
  );
}

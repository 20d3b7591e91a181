import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { createRoot } from 'react-dom/client';
import { BrowserRouter } from 'react-router';
import { Api } from './api/api';
import { ApiContext } from './api/hooks';
import { Problem } from './api/problem';
import { begin, NotAllowed } from './auth/sign-in';
import { App } from './app';
import { consoleUrl } from './installation';
import { NoEntry } from './screens/no-entry';
import './style.css';

const root = createRoot(document.getElementById('root')!);

const queries = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 5_000,
      refetchOnWindowFocus: false,
      // What the server has refused, it refuses again.
      retry: (count, error) => count < 2 && !(error instanceof Problem && error.status < 500),
    },
  },
});

try {
  const api = new Api(await begin());
  root.render(
    <ApiContext value={api}>
      <QueryClientProvider client={queries}>
        <BrowserRouter basename={consoleUrl.pathname.replace(/\/$/, '')}>
          <App />
        </BrowserRouter>
      </QueryClientProvider>
    </ApiContext>,
  );
} catch (error) {
  root.render(<NoEntry isRefused={error instanceof NotAllowed} reason={String(error)} />);
}

import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { App } from './app/App';
import './app/app.css';
import { loadSession } from './shared/api/session';
import { startLocale } from './shared/i18n';
import { LocaleRoot } from './shared/i18n/LocaleRoot';
import { Toaster } from './shared/ui/Toast';
import { TooltipRoot } from './shared/ui/Tooltip';

const queries = new QueryClient({ defaultOptions: { queries: { staleTime: 30_000, retry: 1 } } });
const root = document.getElementById('root');
if (root === null) throw new Error('index.html has no #root');

void loadSession();
await startLocale();
createRoot(root).render(
  <StrictMode>
    <QueryClientProvider client={queries}>
      <LocaleRoot>
        <TooltipRoot>
          <App />
          <Toaster />
        </TooltipRoot>
      </LocaleRoot>
    </QueryClientProvider>
  </StrictMode>,
);

import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { App } from './app/App';
import './app/app.css';
import { loadSession } from './shared/api/session';
import { loadPart, startLocale } from './shared/i18n';
import { LocaleRoot } from './shared/i18n/LocaleRoot';
import { Toaster } from './shared/ui/Toast';
import { TooltipRoot } from './shared/ui/Tooltip';

const root = document.getElementById('root');
if (root === null) throw new Error('index.html has no #root');

void loadSession();
await startLocale();
createRoot(root).render(
  <StrictMode>
    <LocaleRoot>
      <TooltipRoot>
        <App />
        <Toaster />
      </TooltipRoot>
    </LocaleRoot>
  </StrictMode>,
);

// Needed when the first thing is refused, not for the first paint. If it does not come, the server's English is shown.
loadPart('server').catch(() => undefined);

import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { App } from './app/App';
import './app/app.css';
import { loadSession } from './shared/api/session';
import { startLocale } from './shared/i18n';
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

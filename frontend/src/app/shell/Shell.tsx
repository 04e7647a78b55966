/** What stands around every screen of somebody signed in: rail, the thin bar, palette, help, announcements. */
import { lazy, Suspense, useEffect, useState, type ReactNode } from 'react';
import { useLocation } from 'wouter';
import { useSignedIn } from '@/shared/api/session';
import { useIsReconnecting } from '@/shared/feed/connection';
import { t } from '@/shared/i18n';
import { useCommands, useKeyboard } from '@/shared/keys/keyboard';
import { paths } from '../paths';
import { importLostBots } from '../routes';
import { Announcer } from './announce';
import { Rail } from './Rail';
import { TabBar } from './TabBar';
import { openFloat, useFloat } from './floats';
import { useReminders } from '../tasks/useReminders';
import { useDesk } from './useDesk';

const Palette = lazy(() => import('./Palette'));
const NotificationsPanel = lazy(() => import('../reach/NotificationsPanel'));
const NewConversation = lazy(() => import('../start/NewConversation'));
const AvailabilityWatch = lazy(() => import('../availability/AvailabilityWatch'));
const LostBots = lazy(importLostBots);
const KeysHelp = lazy(() => import('./KeysHelp'));

export function Shell({ children }: { readonly children: ReactNode }) {
  const session = useSignedIn();
  const [location, navigate] = useLocation();
  const float = useFloat();
  useDesk(session);
  useReminders();
  useKeyboard();
  useViewportHeight();
  useCommands({
    palette: () => openFloat('palette'),
    search: () => openFloat('palette'),
    help: () => openFloat('help'),
    start: () => openFloat('start'),
    go_inbox: () => navigate(paths.inbox()),
    notifications: () => openFloat('notifications'),
    go_contacts: () => navigate(paths.contacts()),
    go_board: () => navigate(paths.board()),
    go_companies: () => navigate(paths.companies()),
    go_live: () => navigate(paths.live()),
    go_tasks: () => navigate(paths.tasks()),
    go_reviews: () => navigate(paths.reviews()),
    go_discussions: () => navigate(paths.discussions()),
    finish: () => navigate(paths.finish()),
    go_settings: () => navigate(paths.settings()),
  });
  return (
    <div className="grid h-(--height,100dvh) grid-cols-[minmax(0,1fr)] grid-rows-[minmax(0,1fr)] bg-canvas text-ink md:grid-cols-[52px_minmax(0,1fr)]">
      <Rail />
      <div className="relative flex min-h-0 min-w-0 flex-col">
        <Suspense fallback={null}>
          <AvailabilityWatch />
          {session.agent.permissions.includes('workspace:change') && <LostBots />}
        </Suspense>
        <div className="min-h-0 flex-1">{children}</div>
        {isListPage(location) && <TabBar />}
      </div>
      <ReconnectingBar />
      <Suspense fallback={null}>
        {float === 'palette' && <Palette />}
        {float === 'help' && <KeysHelp />}
        {float === 'start' && <NewConversation />}
        {float === 'notifications' && <NotificationsPanel />}
      </Suspense>
      <Announcer />
    </div>
  );
}

/** Where a conversation or a form is open, its own tools have the foot of a phone's page. */
function isListPage(location: string): boolean {
  return (
    location === '/search' ||
    location === paths.settings() ||
    location === paths.contacts() ||
    location === paths.companies() ||
    location === paths.live() ||
    location.startsWith(paths.board()) ||
    /^\/inbox(\/[^/]+)?\/?$/.test(location)
  );
}

function ReconnectingBar() {
  const isReconnecting = useIsReconnecting();
  const [isOffline, setIsOffline] = useState(!navigator.onLine);
  useEffect(() => {
    const look = () => setIsOffline(!navigator.onLine);
    addEventListener('online', look);
    addEventListener('offline', look);
    return () => {
      removeEventListener('online', look);
      removeEventListener('offline', look);
    };
  }, []);
  return (
    <div role="status" className="pointer-events-none fixed inset-x-0 top-0 z-30 flex justify-center">
      {isReconnecting && (
        <span className="rounded-b-lg border border-t-0 border-line bg-raised px-3 py-0.5 text-12 font-medium text-warn">
          {isOffline ? t('shell.offline') : t('shell.reconnecting')}
        </span>
      )}
    </div>
  );
}

/** Where the on-screen keyboard covers the page instead of shrinking it, the page shrinks itself. */
function useViewportHeight(): void {
  useEffect(() => {
    const viewport = window.visualViewport;
    if (!viewport) return;
    const fit = () => {
      const isCovered = viewport.scale === 1 && window.innerHeight - viewport.height > 80;
      if (isCovered) document.documentElement.style.setProperty('--height', `${viewport.height}px`);
      else document.documentElement.style.removeProperty('--height');
    };
    viewport.addEventListener('resize', fit);
    return () => viewport.removeEventListener('resize', fit);
  }, []);
}

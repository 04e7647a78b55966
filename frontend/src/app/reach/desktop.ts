/** Notifications of the system while the desk is open behind other windows; for the agent who allowed them. */
import { getSession } from '@/shared/api/session';
import type { Changes, Id } from '@/shared/api/types';
import { t } from '@/shared/i18n';
import { getState } from '@/shared/store/store';
import { calledTo } from '../discussions/discussions';
import { paths } from '../paths';
import { goTo } from './go';
import { describeNotification, type Kind } from './describe';
import type { Front } from './front';
import { isQuiet, isSilent } from './quiet';

/** `later`: the browser has not been asked. Without the interface (plain HTTP, old phones) it is `denied`. */
export type DesktopPermission = 'granted' | 'denied' | 'later';

export function desktopPermission(): DesktopPermission {
  if (!('Notification' in window)) return 'denied';
  return Notification.permission === 'default' ? 'later' : Notification.permission;
}

/** One for each conversation: what comes again takes the place of what stands there. */
export function showOnDesktop({ events }: Changes, { isInFront }: Pick<Front, 'isInFront'>): void {
  const preferences = getSession()?.preferences;
  if (!preferences || desktopPermission() !== 'granted' || isInFront) return;
  const { agents, me } = getState();
  if (isQuiet(preferences, new Date()) || isSilent(agents.get(me))) return;
  for (const { kind, data } of events) {
    if (kind !== 'notifications_changed' || data?.notice === undefined) continue;
    const notice = String(data.notice) as Kind;
    if (!preferences.ways[notice].includes('desktop')) continue;
    void show(String(data.conversation_id), notice, Number(data.count ?? 1));
  }
}

async function show(conversationId: Id, kind: Kind, count: number): Promise<void> {
  const name = getState().conversations.get(conversationId)?.contact.name ?? t('reach.somebody');
  const title = describeNotification({ kind, count, name, agent: '' });
  const called = kind === 'discussed' ? calledTo(getState(), conversationId) : undefined;
  const url = called ? paths.discussion(conversationId, called.id) : paths.inbox('open', conversationId);
  const options = { tag: conversationId, icon: '/icon-192.png', data: { url } };
  const worker = await navigator.serviceWorker?.getRegistration().catch(() => undefined);
  if (worker?.active) return worker.showNotification(title, options);
  const shown = new Notification(title, options);
  shown.onclick = () => {
    window.focus();
    goTo(url);
    shown.close();
  };
}

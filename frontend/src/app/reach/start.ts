/** What reaches the agent beside the screens, loaded after the first paint: tones, notifications, the number on the tab. */
import { getSession, onSessionChange, type Session } from '@/shared/api/session';
import { onChanges } from '@/shared/feed/feed';
import { showNumber } from './number';
import { closeNotifications, startServiceWorker } from './push';
import { startRinging } from './ring';

/** Runs while somebody is signed in; the returned function ends it. */
export function startReach(session: Session): () => void {
  const show = () => showNumber(getSession()?.unread_notifications ?? 0);
  show();
  const stopNumber = onSessionChange(show);
  const stopRinging = startRinging(session);
  const stopWorker = startServiceWorker();
  const stopClosing = onChanges(({ events }) => {
    for (const { kind, conversation_id } of events) {
      if (kind === 'conversation_read' && conversation_id) void closeNotifications(conversation_id);
    }
  });
  return () => {
    stopNumber();
    stopRinging();
    stopWorker();
    stopClosing();
    showNumber(0);
  };
}

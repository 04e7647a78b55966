/** What reaches the agent beside the screens, loaded after the first paint: tones, notifications, the number on the tab. */
import { getSession, onSessionChange, type Session } from '@/shared/api/session';
import { showNumber } from './number';
import { startRinging } from './ring';

/** Runs while somebody is signed in; the returned function ends it. */
export function startReach(session: Session): () => void {
  const show = () => showNumber(getSession()?.unread_notifications ?? 0);
  show();
  const stopNumber = onSessionChange(show);
  const stopRinging = startRinging(session);
  return () => {
    stopNumber();
    stopRinging();
    showNumber(0);
  };
}

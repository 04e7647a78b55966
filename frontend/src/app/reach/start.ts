/** What reaches the agent beside the screens, loaded after the first paint: the number on the tab and on the app. */
import { getSession, onSessionChange } from '@/shared/api/session';
import { showNumber } from './number';

/** Runs while somebody is signed in; the returned function ends it. */
export function startReach(): () => void {
  const show = () => showNumber(getSession()?.unread_notifications ?? 0);
  show();
  const stopNumber = onSessionChange(show);
  return () => {
    stopNumber();
    showNumber(0);
  };
}

/** What the agent prefers: read from the session, changed here at once and on the server, followed by other devices. */
import { request } from './api/http';
import { changeSession, getSession, useSignedIn } from './api/session';
import type { Preferences } from './api/types';

export type PreferencesChange = Partial<Preferences>;

export function usePreferences(): Preferences {
  return useSignedIn().preferences;
}

/** Shown at once; taken back if the server refuses. */
export async function changePreferences(change: PreferencesChange): Promise<void> {
  const before = getSession()?.preferences;
  if (before === undefined) return;
  changeSession({ preferences: { ...before, ...change } });
  try {
    changeSession({ preferences: await request<Preferences>('PATCH', '/api/preferences', { body: change }) });
  } catch (error) {
    changeSession({ preferences: before });
    throw error;
  }
}

/** Another device of the same agent changed them. */
export async function reloadPreferences(): Promise<void> {
  changeSession({ preferences: await request<Preferences>('GET', '/api/preferences') });
}

/** Letters pressed alone: on or off, on every device. */
export function setSingleKeys(areOn: boolean): void {
  void changePreferences({ has_single_keys: areOn }).catch(() => undefined);
}

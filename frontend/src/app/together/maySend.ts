/** Whether this agent may answer here, and if not, why. The server says the same. */
import type { Conversation } from '@/shared/api/types';
import { getSession } from '@/shared/api/session';
import type { State } from '@/shared/store/state';

export type Refusal = 'taken' | 'role' | 'only_assignee';

export function refusalOf(state: State, conversation: Conversation, permissions: readonly string[]): Refusal | null {
  if (state.taken.has(conversation.id)) return 'taken';
  if (!permissions.includes('messages:send')) return 'role';
  const settings = state.channels.get(conversation.channel_id)?.settings ?? {};
  const isOthers = conversation.assignee_id !== null && conversation.assignee_id !== state.me;
  const mayAll = permissions.includes('conversations:assign');
  return settings['who_sends'] === 'assignee' && isOthers && !mayAll ? 'only_assignee' : null;
}

/** Of the one who is signed in. */
export function ownPermissions(): readonly string[] {
  return getSession()?.agent.permissions ?? [];
}

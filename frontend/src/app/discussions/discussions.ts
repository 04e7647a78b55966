/** What of one's discussions stands where. Pure. */
import type { Discussion, Id } from '@/shared/api/types';
import type { State } from '@/shared/store/state';

type Known = Pick<State, 'discussions'>;

/** Open ones beside a conversation and those that are read within it, the newest note first. */
export function discussionsOf(
  { discussions, merged }: Pick<State, 'discussions' | 'merged'>,
  conversationId: Id,
): readonly Discussion[] {
  const ids = new Set([conversationId, ...(merged.get(conversationId) ?? [])]);
  return discussions.filter((one) => ids.has(one.conversation_id));
}

/** In how many discussions somebody wrote that one has not seen. */
export function unreadDiscussions({ discussions }: Known): number {
  return discussions.filter(({ unread }) => unread > 0).length;
}

/** Where a call to a discussion of this conversation leads: to the first that has news. */
export function calledTo({ discussions }: Known, conversationId: Id): Discussion | undefined {
  const here = discussions.filter((one) => one.conversation_id === conversationId);
  return here.find(({ unread }) => unread > 0) ?? here[0];
}

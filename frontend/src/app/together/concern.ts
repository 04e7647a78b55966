/** What is somebody's own business among what the whole desk shares. */
import type { Conversation, Id } from '@/shared/api/types';

/** Unread is said of what one answers or follows; of what everybody shares it is said that somebody waits. */
export function concerns(conversation: Pick<Conversation, 'assignee_id' | 'follower_ids'>, me: Id): boolean {
  return conversation.assignee_id === me || conversation.follower_ids.includes(me);
}

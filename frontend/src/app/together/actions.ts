/** What agents do to a conversation among themselves: shown at once, taken back if the server refuses. */
import { deleteFollower, deletePin, patchConversation, postUnread, putFollower, putPin } from '@/shared/api/calls';
import type { Conversation, Id, Message } from '@/shared/api/types';
import { t } from '@/shared/i18n';
import { problemText } from '@/shared/problem';
import { loadPins } from '@/shared/store/load';
import { dispatch, getState } from '@/shared/store/store';
import { showToast } from '@/shared/ui/Toast';
import { showAtOnce } from '../thread/actions';

export function setPriority(conversation: Conversation, priority: number): void {
  const { id, priority: before } = conversation;
  if (priority === before) return;
  void showAtOnce(id, { priority }, () => patchConversation(id, { priority })).then((isDone) => {
    if (!isDone) return;
    showToast(t(`line.priority_${priority as 0 | 1 | 2 | 3}`), {
      undo: () => void showAtOnce(id, { priority: before }, () => patchConversation(id, { priority: before })),
    });
  });
}

/** Oneself or a colleague, in or out. */
export function setFollowing(conversation: Conversation, agentId: Id, isFollowing: boolean): void {
  const { id, follower_ids: before } = conversation;
  const others = before.filter((one) => one !== agentId);
  const follower_ids = isFollowing ? [...others, agentId] : others;
  void showAtOnce(id, { follower_ids }, () => (isFollowing ? putFollower(id, agentId) : deleteFollower(id, agentId)));
}

export function setPinned(id: Id, isPinned: boolean): void {
  const before = getState().pins;
  const others = before.filter((one) => one !== id);
  dispatch({ type: 'pins_edited', pins: isPinned ? [id, ...others] : others });
  (isPinned ? putPin(id) : deletePin(id)).then(loadPins).catch((error: unknown) => {
    dispatch({ type: 'pins_edited', pins: before });
    showToast(problemText(error), { isError: true });
  });
}

/** From this message of the customer on; without one from the last. */
export function markUnread(conversation: Conversation, message?: Message): void {
  const from = message ?? lastOfCustomer(conversation.id);
  if (!from) return;
  postUnread(conversation.id, from.id)
    .then(() => showToast(t('together.marked_unread')))
    .catch((error: unknown) => showToast(problemText(error), { isError: true }));
}

export function markUnreadFrom(message: Message): void {
  const conversation = getState().conversations.get(message.conversation_id);
  if (conversation) markUnread(conversation, message);
}

function lastOfCustomer(id: Id): Message | undefined {
  const { threads, messages } = getState();
  const thread = threads.get(id)?.ids ?? [];
  return thread
    .flatMap((messageId) => messages.get(messageId) ?? [])
    .filter((message) => message.direction === 'incoming')
    .reduce<Message | undefined>((last, message) => (last && last.seq > message.seq ? last : message), undefined);
}

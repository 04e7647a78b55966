/** Taking an answer back while it is held: the server sends it when the time is over, whatever becomes of this tab. */
import { postDiscard } from '@/shared/api/calls';
import { getSession } from '@/shared/api/session';
import type { Conversation, Id, ReplyUse } from '@/shared/api/types';
import { t } from '@/shared/i18n';
import { noteUses, setDraft } from '@/shared/outbox/drafts';
import { areSent, discard } from '@/shared/outbox/outbox';
import { problemText } from '@/shared/problem';
import { draftKey } from '@/shared/store/state';
import { ask } from '@/shared/store/ask';
import { dispatch, getState } from '@/shared/store/store';
import { showToast } from '@/shared/ui/Toast';
import { focusComposer } from './focus';

export function offerUndo(
  conversation: Conversation,
  clientIds: readonly Id[],
  text: string,
  uses: readonly ReplyUse[] = [],
): void {
  const holdS = getSession()?.preferences.hold_s ?? 0;
  if (holdS === 0 || clientIds.length === 0) return;
  showToast(t('hold.sending', { count: holdS }), {
    timeMs: holdS * 1_000,
    undo: () => void takeBack(conversation.id, clientIds, text, uses),
  });
}

async function takeBack(
  conversationId: Id,
  clientIds: readonly Id[],
  text: string,
  uses: readonly ReplyUse[],
): Promise<void> {
  try {
    // What the server does not have yet goes no further; what it has, it forgets.
    for (const clientId of clientIds) if (getState().unsent.get(clientId)?.state === 'waiting') await discard(clientId);
    await areSent(clientIds);
    const sent = [...getState().messages.values()].filter(
      (message) => message.client_id !== null && clientIds.includes(message.client_id),
    );
    for (const message of sent) {
      const { answer: discarded, position } = await ask(() => postDiscard(message.id));
      dispatch({ type: 'message_saved', message: discarded, position });
    }
  } catch (error) {
    return showToast(problemText(error), { isError: true });
  }
  if (!getState().drafts.has(draftKey(conversationId, 'reply'))) {
    setDraft(conversationId, 'reply', text);
    noteUses(conversationId, 'reply', uses);
  }
  focusComposer('reply');
}

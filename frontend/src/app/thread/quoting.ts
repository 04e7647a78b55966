/** Which message a key means. */
import type { Id, Message } from '@/shared/api/types';
import type { ThreadRow } from './rows';

export function isQuotable(message: Message): boolean {
  return (message.direction === 'incoming' || message.direction === 'outgoing') && message.deleted_at === null;
}

/** The message under the focus, else the customer's last, of this conversation. Null if there is none to quote. */
export function findQuotable(
  rows: readonly ThreadRow[],
  conversationId: Id,
  focusedId: Id | undefined,
): Message | null {
  for (let index = rows.length - 1; index >= 0; index -= 1) {
    const row = rows[index];
    if (row?.kind !== 'message' || row.shown.unsent) continue;
    const { message } = row.shown;
    const isMeant = focusedId === undefined ? message.direction === 'incoming' : message.id === focusedId;
    if (isMeant && message.conversation_id === conversationId && isQuotable(message)) return message;
  }
  return null;
}

/** The message in whose bubble the focus is. */
export function focusedMessageId(): Id | undefined {
  return document.activeElement?.closest<HTMLElement>('[data-message]')?.dataset['message'];
}

/** Saved replies filled for one conversation: fetched when its box is entered, so that they stand when the slash comes. */
import { useEffect, useState } from 'react';
import { fetchFilledReplies, postReplyUse } from '@/shared/api/calls';
import { onSessionEnd } from '@/shared/api/session';
import type { Conversation, FilledReply, Id } from '@/shared/api/types';

const FRESH_MS = 60_000;

interface Kept {
  replies: readonly FilledReply[];
  at: number;
}

const kept = new Map<string, Kept>();
onSessionEnd(() => kept.clear());

export interface Offered {
  /** Null while they are on the way. */
  replies: readonly FilledReply[] | null;
  hasFailed: boolean;
}

const NOTHING: Offered = { replies: null, hasFailed: false };

/** What is shown while the list is open stays as it is: nothing moves under the arrow keys. */
export function useSavedReplies(conversation: Conversation, isEntered: boolean, isOpen: boolean): Offered {
  const { id } = conversation;
  const key = `${id} ${conversation.contact.name}`;
  const [offered, setOffered] = useState<Offered & { key: string }>({ ...NOTHING, key: '' });
  useEffect(() => {
    if (!isEntered) return;
    const known = kept.get(key);
    if (known && Date.now() - known.at < FRESH_MS) {
      setOffered({ key, replies: known.replies, hasFailed: false });
      return;
    }
    let isOver = false;
    const show = (next: Offered) => {
      if (!isOver) setOffered({ ...next, key });
    };
    show(NOTHING);
    fetchFilledReplies(id).then(
      (replies) => {
        kept.set(key, { replies, at: Date.now() });
        show({ replies, hasFailed: false });
      },
      () => show({ replies: null, hasFailed: true }),
    );
    return () => {
      isOver = true;
    };
  }, [id, key, isEntered, isOpen]);
  return offered.key === key ? offered : NOTHING;
}

/** The order follows the use: every list is asked for anew afterwards. */
export function noteUse(replyId: Id): void {
  postReplyUse(replyId).then(forgetOffered, () => undefined);
}

/** Something of them was sent: which variants come next has changed. */
export function forgetOffered(): void {
  kept.clear();
}

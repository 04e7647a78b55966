/** What is read within a conversation, and what has to do with it: asked for when it is opened, and when that changes. */
import { useEffect, useState } from 'react';
import { fetchLinks } from '@/shared/api/calls';
import type { ConversationLinks, Id } from '@/shared/api/types';
import { keepRecent } from '@/shared/store/recent';
import { dispatch, getState, useStore } from '@/shared/store/store';

const recent = keepRecent<ConversationLinks>();
const NONE: ConversationLinks = { merged_into: null, merged: [], related: [] };

export function useLinks(conversationId: Id): ConversationLinks {
  const epoch = useStore((state) => state.epoch + state.linkEpoch);
  const [links, setLinks] = useState(() => recent.get(conversationId) ?? NONE);
  useEffect(() => {
    if (recent.isFresh(conversationId, epoch)) return;
    let isCurrent = true;
    fetchLinks(conversationId).then(
      (found) => {
        if (!isCurrent) return;
        recent.set(conversationId, found, epoch);
        learnLinks(conversationId, found);
        setLinks(found);
      },
      () => undefined, // the thread stands without them; a resync asks again
    );
    return () => {
      isCurrent = false;
    };
  }, [conversationId, epoch]);
  return links;
}

function learnLinks(conversationId: Id, links: ConversationLinks): void {
  const { position } = getState();
  for (const row of [...links.merged, ...links.related]) {
    const conversation = { ...row, read_count: row.read_count ?? 0 };
    dispatch({ type: 'conversation_loaded', conversation, position });
  }
  dispatch({ type: 'merged_loaded', conversationId, mergedIds: links.merged.map(({ id }) => id) });
}

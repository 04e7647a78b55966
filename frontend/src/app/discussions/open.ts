/** Which discussion is open: the address says it, beside the conversation, so that a link leads there. */
import { useParams, useSearch } from 'wouter';
import type { Discussion, Id } from '@/shared/api/types';
import { parseView, paths } from '../paths';

export interface OpenDiscussion {
  readonly id: Id | null;
  /** The address with another one open, in the same view. */
  readonly hrefOf: (discussion: Pick<Discussion, 'id' | 'conversation_id'>) => string;
}

export function useOpenDiscussion(): OpenDiscussion {
  const { view, conversationId } = useParams<{ view?: string; conversationId?: string }>();
  const search = useSearch();
  return {
    id: new URLSearchParams(search).get('discussion'),
    hrefOf: ({ id, conversation_id }) => paths.discussion(conversationId ?? conversation_id, id, parseView(view)),
  };
}

/** The requests of search, and their answers. */
import { answerOf, client } from '@/shared/api/client';
import type { Id } from '@/shared/api/types';
import type { components } from '@/shared/schema';

type Schemas = components['schemas'];
export type SearchAnswer = Schemas['SearchAnswer'];
export type MessageHit = Schemas['MessageHit'];
export type DiscussionHit = Schemas['DiscussionHit'];
export type CompanyHit = Schemas['CompanyHit'];
export type ContactHit = Schemas['ContactHit'];
export type SearchProblem = Schemas['SearchProblem'];
export type TextPiece = Schemas['TextPiece'];
export type FoundInThread = Schemas['FoundInThread'];
export type Among = 'all' | 'messages' | 'contacts' | 'conversations' | 'discussions';

export interface SearchRequest {
  q: string;
  among: Among;
  after?: string | null;
  limit?: number;
}

export function fetchSearch({ q, among, after, limit = 30 }: SearchRequest): Promise<SearchAnswer> {
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  return answerOf(
    client.GET('/api/search', { params: { query: { q, among, after: after ?? undefined, limit, zone } } }),
  );
}

export function fetchFound(conversationId: Id, q: string): Promise<FoundInThread> {
  return answerOf(
    client.GET('/api/conversations/{conversation_id}/find', {
      params: { path: { conversation_id: conversationId }, query: { q } },
    }),
  );
}

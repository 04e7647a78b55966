/** The requests of discussions, beside the list of one's own, which the desk loads with its other lists. */
import { answerOf, client } from '@/shared/api/client';
import type { Discussion, DiscussionThread, Id } from '@/shared/api/types';

export async function fetchConversationDiscussions(id: Id): Promise<Discussion[]> {
  return (
    await answerOf(
      client.GET('/api/conversations/{conversation_id}/discussions', { params: { path: { conversation_id: id } } }),
    )
  ).items;
}

export interface DiscussionWish {
  id: Id;
  subject: string;
  text: string;
  agent_ids: Id[];
  team_ids: Id[];
}

export function postDiscussion(conversationId: Id, wish: DiscussionWish): Promise<DiscussionThread> {
  return answerOf(
    client.POST('/api/conversations/{conversation_id}/discussions', {
      params: { path: { conversation_id: conversationId } },
      body: wish,
    }),
  );
}

/** With its last notes, or those before a number. */
export function fetchDiscussion(id: Id, before?: number): Promise<DiscussionThread> {
  return answerOf(
    client.GET('/api/discussions/{discussion_id}', { params: { path: { discussion_id: id }, query: { before } } }),
  );
}

export function patchDiscussion(
  id: Id,
  change: { subject?: string; state?: Discussion['state'] },
): Promise<Discussion> {
  return answerOf(
    client.PATCH('/api/discussions/{discussion_id}', { params: { path: { discussion_id: id } }, body: change }),
  );
}

export function postDiscussionNote(id: Id, note: { client_id: Id; text: string }): Promise<DiscussionThread> {
  return answerOf(
    client.POST('/api/discussions/{discussion_id}/notes', { params: { path: { discussion_id: id } }, body: note }),
  );
}

export async function deleteDiscussionNote(id: Id, noteId: Id): Promise<void> {
  await answerOf(
    client.DELETE('/api/discussions/{discussion_id}/notes/{note_id}', {
      params: { path: { discussion_id: id, note_id: noteId } },
    }),
  );
}

export function postDiscussionMembers(id: Id, wish: { agent_ids: Id[]; team_ids: Id[] }): Promise<DiscussionThread> {
  return answerOf(
    client.POST('/api/discussions/{discussion_id}/members', { params: { path: { discussion_id: id } }, body: wish }),
  );
}

export async function deleteDiscussionMember(id: Id, agentId: Id): Promise<void> {
  await answerOf(
    client.DELETE('/api/discussions/{discussion_id}/members/{agent_id}', {
      params: { path: { discussion_id: id, agent_id: agentId } },
    }),
  );
}

export async function postDiscussionRead(id: Id, seq: number): Promise<void> {
  await answerOf(
    client.POST('/api/discussions/{discussion_id}/read', { params: { path: { discussion_id: id } }, body: { seq } }),
  );
}

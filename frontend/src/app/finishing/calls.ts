/** What an agent leaves behind, what becomes of it, and who is absent with some. */
import { answerOf, client } from '@/shared/api/client';
import type { Id } from '@/shared/api/types';
import type { components } from '@/shared/schema';

type Schemas = components['schemas'];
export type LeftBehind = Schemas['AgentChats'];
export type LeftChat = Schemas['AgentChat'];
export type Scheduling = Schemas['AgentScheduled'];
export type FinishWish = Schemas['FinishInput'];
export type Finished = Schemas['Finished'];
export type Absent = Schemas['Absent'];
export type LeftDraft = Schemas['LeftDraft'];

export function fetchLeft(agentId: Id): Promise<LeftBehind> {
  return answerOf(client.GET('/api/agents/{agent_id}/chats', { params: { path: { agent_id: agentId } } }));
}

export function postFinish(agentId: Id, body: FinishWish): Promise<Finished> {
  return answerOf(
    client.POST('/api/agents/{agent_id}/finish-shift', { params: { path: { agent_id: agentId } }, body }),
  );
}

export function postUndoFinish(finishId: Id): Promise<{ kept: number }> {
  return answerOf(client.POST('/api/finished-shifts/{finish_id}/undo', { params: { path: { finish_id: finishId } } }));
}

export async function fetchAbsent(): Promise<readonly Absent[]> {
  return (await answerOf(client.GET('/api/absent-agents'))).items;
}

export async function fetchLeftDrafts(conversationId: Id): Promise<readonly LeftDraft[]> {
  const path = { conversation_id: conversationId };
  return (await answerOf(client.GET('/api/conversations/{conversation_id}/left-drafts', { params: { path } }))).items;
}

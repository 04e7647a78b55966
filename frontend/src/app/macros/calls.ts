/** Macros as the server has them, what one would do here, and doing it. */
import { answerOf, client } from '@/shared/api/client';
import type { Id } from '@/shared/api/types';
import type { components } from '@/shared/schema';
import type { Macro, MacroPreview, MacroUndone } from './types';

type Schemas = components['schemas'];
type MacroRunInput = Schemas['MacroRunInput'];

/** Those that can be run, the most used first. */
export async function fetchMacros(): Promise<readonly Macro[]> {
  return (await answerOf(client.GET('/api/macros', { params: { query: { usable: true } } }))).items;
}

export function fetchPreview(conversationId: Id, macroId: Id): Promise<MacroPreview> {
  const path = { conversation_id: conversationId, macro_id: macroId };
  return answerOf(client.POST('/api/conversations/{conversation_id}/macros/{macro_id}/preview', { params: { path } }));
}

export function postRun(conversationId: Id, body: MacroRunInput): Promise<Schemas['MacroRun']> {
  const path = { conversation_id: conversationId };
  return answerOf(client.POST('/api/conversations/{conversation_id}/macro-runs', { params: { path }, body }));
}

export function postUndo(runId: Id): Promise<MacroUndone> {
  return answerOf(client.POST('/api/macro-runs/{run_id}/undo', { params: { path: { run_id: runId } } }));
}

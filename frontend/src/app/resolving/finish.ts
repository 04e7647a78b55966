/** Resolving where something has to be there first: nothing is asked where nothing is wanted. */
import { useSyncExternalStore } from 'react';
import { answerOf, client } from '@/shared/api/client';
import { getSession } from '@/shared/api/session';
import type { Conversation, Field, Id } from '@/shared/api/types';
import { catchKeys } from '@/shared/keys/keyboard';
import { areSent } from '@/shared/outbox/outbox';
import { problemText } from '@/shared/problem';
import { getState } from '@/shared/store/store';
import { showToast } from '@/shared/ui/Toast';
import { resolve } from '../thread/actions';

/** What is asked for before a conversation is resolved. */
export interface Question {
  readonly conversation: Conversation;
  readonly lacksLabel: boolean;
  readonly missing: readonly Field[];
  /** What was typed before the form stood. */
  readonly typed: string;
  readonly onResolved: () => void;
}

let question: Question | null = null;
const listeners = new Set<() => void>();

export function useQuestion(): Question | null {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => question,
  );
}

export function closeQuestion(): void {
  question = null;
  tell();
}

/** Resolves it and goes on; or asks for what its workspace or team wants and is not there. */
export async function finish(conversation: Conversation, onResolved: () => void): Promise<void> {
  if (!isSomethingWanted(conversation)) {
    resolve(conversation);
    onResolved();
    return;
  }
  let typed = '';
  // Quick hands answer before the form stands.
  catchKeys((event) => {
    if (event.key.length !== 1 || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    typed += event.key;
  });
  try {
    const { lacks_label: lacksLabel, missing } = await answerOf(
      client.GET('/api/conversations/{conversation_id}/readiness', {
        params: { path: { conversation_id: conversation.id } },
      }),
    );
    if (lacksLabel || missing.length > 0) {
      await import('./ResolveDialog');
      question = { conversation, lacksLabel, missing, typed, onResolved };
      return tell();
    }
    resolve(conversation);
    onResolved();
  } catch (error) {
    showToast(problemText(error), { isError: true });
  } finally {
    catchKeys(null);
  }
}

/** Once these are with the server: an answer that comes after the resolving would open the conversation again. */
export async function finishWhenSent(
  conversation: Conversation,
  clientIds: readonly Id[],
  onResolved: () => void,
): Promise<void> {
  const isAsked = isSomethingWanted(conversation);
  if (!isAsked) onResolved();
  if (!(await areSent(clientIds))) return;
  await finish(getState().conversations.get(conversation.id) ?? conversation, isAsked ? onResolved : () => undefined);
}

function isSomethingWanted({ team_id: teamId }: Conversation): boolean {
  const workspace = getSession()?.workspace;
  const team = teamId === null ? undefined : getState().teams.get(teamId);
  return (
    workspace?.resolving_needs_label === true ||
    (workspace?.resolving_needs_fields.length ?? 0) > 0 ||
    team?.needs_label === true ||
    (team?.needs_fields?.length ?? 0) > 0
  );
}

function tell(): void {
  for (const listener of listeners) listener();
}

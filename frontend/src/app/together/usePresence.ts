/** Tells colleagues that I look at a conversation or type in it, and who else does. */
import { useEffect, useRef } from 'react';
import { postPresence } from '@/shared/api/calls';
import type { Id, PresentAgent } from '@/shared/api/types';
import type { State } from '@/shared/store/state';
import { useStore } from '@/shared/store/store';

const LOOKING_MS = 20_000;
const TYPING_MS = 3_000;
/** After the last letter: then I look again. */
const STILL_MS = 5_000;
const NOBODY: readonly PresentAgent[] = [];

/** Returns what to call at every letter. Says nothing of pages in the background. */
export function usePresence(conversationId: Id): () => void {
  const typed = useRef({ at: 0, said: 0 });
  useEffect(() => {
    let isThere = false;
    const say = () => {
      const isVisible = document.visibilityState === 'visible';
      if (!isVisible && !isThere) return;
      isThere = isVisible;
      const isTyping = Date.now() - typed.current.at < STILL_MS;
      void postPresence(conversationId, !isVisible ? 'gone' : isTyping ? 'typing' : 'looking').catch(() => undefined);
    };
    say();
    const timer = setInterval(say, LOOKING_MS);
    document.addEventListener('visibilitychange', say);
    return () => {
      clearInterval(timer);
      document.removeEventListener('visibilitychange', say);
      if (isThere) void postPresence(conversationId, 'gone').catch(() => undefined);
    };
  }, [conversationId]);
  return () => {
    const now = Date.now();
    typed.current.at = now;
    if (now - typed.current.said < TYPING_MS) return;
    typed.current.said = now;
    void postPresence(conversationId, 'typing').catch(() => undefined);
  };
}

/** Everybody but oneself. */
export function othersIn(state: State, conversationId: Id): readonly PresentAgent[] {
  const people = state.presence.get(conversationId) ?? NOBODY;
  return people.some(({ agent_id: id }) => id === state.me)
    ? people.filter(({ agent_id: id }) => id !== state.me)
    : people;
}

export function isSomebodyTyping(state: State, conversationId: Id): boolean {
  return othersIn(state, conversationId).some(({ is_typing: isTyping }) => isTyping);
}

/** The people themselves come from the store; who they are is filtered while rendering. */
export function useOthers(conversationId: Id): readonly PresentAgent[] {
  const people = useStore((state) => state.presence.get(conversationId) ?? NOBODY);
  const me = useStore((state) => state.me);
  return people.filter(({ agent_id: id }) => id !== me);
}

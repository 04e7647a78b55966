/** Chats to send a message on to: the latest before anything is typed, then whatever the desk's search finds. */
import { useEffect, useState } from 'react';
import { fetchForwardTargets } from '@/shared/api/calls';
import type { ForwardTarget } from '@/shared/api/types';
import { problemText } from '@/shared/problem';

const ASK_AFTER_MS = 150;

export interface ForwardTargets {
  /** Null until the first answer. */
  readonly items: readonly ForwardTarget[] | null;
  /** For which letters. */
  readonly typed: string;
  readonly isMore: boolean;
  readonly error: string;
}

/** What was found for the letters before stays until the next answer: rows that come and go would jump. */
export function useForwardTargets(typed: string): ForwardTargets {
  const [found, setFound] = useState<ForwardTargets>({ items: null, typed: '', isMore: false, error: '' });
  const wanted = typed.trim();
  useEffect(() => {
    const stop = new AbortController();
    const timer = setTimeout(
      () => {
        fetchForwardTargets(wanted, stop.signal).then(
          (answer) =>
            !stop.signal.aborted && setFound({ items: answer.items, typed: wanted, isMore: answer.is_more, error: '' }),
          (problem: unknown) =>
            !stop.signal.aborted && setFound((before) => ({ ...before, error: problemText(problem) })),
        );
      },
      wanted === '' ? 0 : ASK_AFTER_MS,
    );
    return () => {
      clearTimeout(timer);
      stop.abort();
    };
  }, [wanted]);
  return found;
}

/** One discussion with its notes: fetched when it is shown, and again whenever the feed tells of it. */
import { useEffect, useState } from 'react';
import { Problem } from '@/shared/api/http';
import type { DiscussionNote, DiscussionThread, Id } from '@/shared/api/types';
import { useStore } from '@/shared/store/store';
import { fetchDiscussion, postDiscussionRead } from './calls';

export interface ShownDiscussion {
  readonly thread: DiscussionThread | null;
  /** It is gone, or one is not in it any more. */
  readonly isMissing: boolean;
  readonly hasFailed: boolean;
  readonly hasEarlier: boolean;
  readonly loadEarlier: () => Promise<void>;
  readonly learn: (thread: DiscussionThread) => void;
  readonly again: () => void;
}

export function useDiscussion(id: Id): ShownDiscussion {
  const epoch = useStore((state) => state.epoch + state.discussionEpoch);
  const [thread, setThread] = useState<DiscussionThread | null>(null);
  const [problem, setProblem] = useState<'missing' | 'failed' | null>(null);
  const [round, setRound] = useState(0);
  const learn = (next: DiscussionThread) =>
    setThread((before) => (before?.discussion.id === next.discussion.id ? joined(before, next) : next));
  useEffect(() => {
    let isCurrent = true;
    fetchDiscussion(id).then(
      (found) => {
        if (!isCurrent) return;
        learn(found);
        setProblem(null);
      },
      (error: unknown) => {
        if (isCurrent) setProblem(error instanceof Problem && error.status === 404 ? 'missing' : 'failed');
      },
    );
    return () => {
      isCurrent = false;
    };
  }, [id, epoch, round]);

  const shown = thread?.discussion.id === id ? thread : null;
  useReading(shown);
  const first = shown?.notes[0];
  return {
    thread: shown,
    isMissing: problem === 'missing',
    hasFailed: problem === 'failed',
    hasEarlier: first !== undefined && first.seq > 1,
    loadEarlier: async () => {
      if (first) learn(await fetchDiscussion(id, first.seq));
    },
    learn,
    again: () => setRound(round + 1),
  };
}

/** Read once it stands before somebody's eyes; a page behind others waits until it comes to the front. */
function useReading(thread: DiscussionThread | null): void {
  const id = thread?.discussion.id;
  const seq = thread?.discussion.last_seq ?? 0;
  const isUnread = (thread?.discussion.unread ?? 0) > 0;
  useEffect(() => {
    if (id === undefined || !isUnread) return;
    const read = () => {
      if (!document.hidden) void postDiscussionRead(id, seq).catch(() => undefined);
    };
    read();
    document.addEventListener('visibilitychange', read);
    return () => document.removeEventListener('visibilitychange', read);
  }, [id, seq, isUnread]);
}

function joined(before: DiscussionThread, next: DiscussionThread): DiscussionThread {
  const notes = new Map<number, DiscussionNote>([...before.notes, ...next.notes].map((note) => [note.seq, note]));
  const isNewer = next.discussion.last_seq >= before.discussion.last_seq;
  return {
    discussion: isNewer ? next.discussion : before.discussion,
    notes: [...notes.values()].sort((a, b) => a.seq - b.seq),
  };
}

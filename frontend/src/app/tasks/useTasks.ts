/** Lists of tasks: fetched when they are shown, and again whenever the feed tells that some task changed. */
import { useCallback, useEffect, useState } from 'react';
import { fetchConversationTasks, fetchTasks, patchTask, postCall, type TaskChange } from '@/shared/api/calls';
import type { CallOutcome, Id, Task, Time } from '@/shared/api/types';
import { problemText } from '@/shared/problem';
import { keepRecent, type Recent } from '@/shared/store/recent';
import { useStore } from '@/shared/store/store';
import { showToast } from '@/shared/ui/Toast';

export type TaskView = 'mine' | 'unowned' | 'all' | 'done';

export interface TaskList {
  /** Null until they are here. */
  readonly tasks: readonly Task[] | null;
  readonly hasFailed: boolean;
  readonly again: () => void;
  /** Shown at once, taken back if the server refuses. */
  readonly change: (task: Task, change: TaskChange) => void;
  /** Says how a call-back ended. */
  readonly call: (task: Task, outcome: CallOutcome, againAt: Time | null) => void;
}

export function useTasks(view: TaskView): TaskList {
  return useTaskList(
    view,
    useCallback(() => fetchTasks(view), [view]),
  );
}

export function useConversationTasks(conversationId: Id): TaskList {
  return useTaskList(
    conversationId,
    useCallback(() => fetchConversationTasks(conversationId), [conversationId]),
    recent,
  );
}

const recent = keepRecent<readonly Task[]>();

function useTaskList(key: string, load: () => Promise<Task[]>, kept?: Recent<readonly Task[]>): TaskList {
  const epoch = useStore((state) => state.epoch + state.taskEpoch);
  const [found, setFound] = useState<{ key: string; tasks: readonly Task[] } | null>(() => {
    const tasks = kept?.get(key);
    return tasks ? { key, tasks } : null;
  });
  const [hasFailed, setHasFailed] = useState(false);
  const [round, setRound] = useState(0);
  useEffect(() => {
    if (round === 0 && kept?.isFresh(key, epoch)) return;
    let isCurrent = true;
    load().then(
      (tasks) => {
        if (!isCurrent) return;
        kept?.set(key, tasks, epoch);
        setFound({ key, tasks });
        setHasFailed(false);
      },
      () => isCurrent && setHasFailed(true),
    );
    return () => {
      isCurrent = false;
    };
  }, [key, load, kept, epoch, round]);

  const put = (task: Task) =>
    setFound((before) => before && { ...before, tasks: before.tasks.map((one) => (one.id === task.id ? task : one)) });
  const change = (task: Task, wanted: TaskChange) => {
    put({ ...task, ...wanted });
    patchTask(task.id, wanted).then(put, (error: unknown) => {
      put(task);
      showToast(problemText(error), { isError: true });
    });
  };
  const call = (task: Task, outcome: CallOutcome, againAt: Time | null) => {
    postCall(task.id, outcome, againAt).then(put, (error: unknown) => showToast(problemText(error), { isError: true }));
  };
  return { tasks: found?.key === key ? found.tasks : null, hasFailed, again: () => setRound(round + 1), change, call };
}

/** A reminder of mine rings: told at the foot of the page, wherever I am. */
import { useEffect } from 'react';
import { fetchConversationTasks } from '@/shared/api/calls';
import type { Id } from '@/shared/api/types';
import { onChanges } from '@/shared/feed/feed';
import { t } from '@/shared/i18n';
import { getState } from '@/shared/store/store';
import { showToast } from '@/shared/ui/Toast';

export function useReminders(): void {
  useEffect(
    () =>
      onChanges((changes) => {
        for (const { kind, agent_id, conversation_id, data } of changes.events) {
          if (kind !== 'task_changed' || data?.is_reminder !== true || agent_id !== getState().me) continue;
          if (conversation_id) void tell(conversation_id, String(data.task_id));
        }
      }),
    [],
  );
}

async function tell(conversationId: Id, taskId: Id): Promise<void> {
  const tasks = await fetchConversationTasks(conversationId).catch(() => []);
  const task = tasks.find(({ id }) => id === taskId);
  if (task) showToast(t('task.reminder', { title: task.title, name: task.contact.name }));
}

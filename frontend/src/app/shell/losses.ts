/** A message that was not delivered is told to whoever sent it; if they are not there, to those who see it. */
import { navigate } from 'wouter/use-browser-location';
import type { Changes, FeedEvent, Id } from '@/shared/api/types';
import { onChanges } from '@/shared/feed/feed';
import { t } from '@/shared/i18n';
import { getState } from '@/shared/store/store';
import { showToast } from '@/shared/ui/Toast';
import { paths } from '../paths';

export function startTellingLosses(me: Id): () => void {
  return onChanges((changes) => {
    for (const event of changes.events) {
      const text = textOf(event, changes, me);
      const { conversation_id: id } = event;
      if (text === null || !id) continue;
      showToast(text, {
        isError: true,
        act: { name: t('toast.open'), run: () => navigate(paths.inbox('failed', id)) },
      });
    }
  });
}

function textOf(event: FeedEvent, changes: Changes, me: Id): string | null {
  if (event.kind !== 'message_status_changed' || event.data?.['is_lost'] !== true) return null;
  const told = event.data['told_agent_id'] ?? null;
  if (told !== null && told !== me) return null;
  const name = nameOf(event, changes);
  if (told === null) return t('toast.lost_team', { name });
  return event.data['is_uncertain'] === true ? t('toast.uncertain', { name }) : t('toast.lost', { name });
}

function nameOf(event: FeedEvent, changes: Changes): string {
  const row = changes.conversations?.find((one) => one.id === event.conversation_id);
  return row?.contact.name ?? getState().conversations.get(event.conversation_id ?? '')?.contact.name ?? '';
}

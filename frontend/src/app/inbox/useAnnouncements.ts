import { useEffect } from 'react';
import type { Id } from '@/shared/api/types';
import { onChanges } from '@/shared/feed/feed';
import { t } from '@/shared/i18n';
import { getState } from '@/shared/store/store';
import { announce } from '../shell/announce';
import { describeContent } from './describe';

/** New messages are said: whole in the open thread, by name elsewhere. */
export function useAnnouncements(selected: Id | undefined): void {
  useEffect(
    () =>
      onChanges((changes) => {
        for (const message of changes.messages ?? []) {
          const isNew = changes.events.some(
            (event) => event.kind === 'message_received' && event.message_id === message.id,
          );
          if (!isNew || message.direction !== 'incoming') continue;
          const rows = changes.conversations ?? [];
          const row =
            rows.find((candidate) => candidate.id === message.conversation_id) ??
            getState().conversations.get(message.conversation_id);
          const name = row?.contact.name ?? '';
          const text = describeContent(message.content);
          announce(
            message.conversation_id === selected
              ? t('announce.here', { name, text })
              : t('announce.elsewhere', { name }),
          );
        }
      }),
    [selected],
  );
}

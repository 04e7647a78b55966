import type { Conversation } from '@/shared/api/types';
import { useMinute } from '@/shared/format/clock';
import { formatNear } from '@/shared/format/times';
import { t } from '@/shared/i18n';
import { openStateOf, useOpenStates } from './openState';

/** Whether it is closed by the hours of a conversation, and when it opens; nothing while it is open. */
export default function ClosedNote({ conversation }: { readonly conversation: Conversation }) {
  const states = useOpenStates();
  const now = useMinute();
  const state = states && openStateOf(states, conversation.team_id, conversation.channel_id);
  if (state === undefined || state.is_open) return null;
  return (
    <span className="font-medium text-ink">
      {' · '}
      {state.opens_at === null
        ? t('thread.closed')
        : t('thread.closed_until', { when: formatNear(state.opens_at, now) })}
    </span>
  );
}

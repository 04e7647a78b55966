import { DoorClosed } from 'lucide-react';
import type { Conversation } from '@/shared/api/types';
import { useMinute } from '@/shared/format/clock';
import { formatNear } from '@/shared/format/times';
import { t } from '@/shared/i18n';
import { openStateOf, useOpenStates } from './openState';

/** That it is closed by the hours of a conversation, and when it opens; nothing while it is open. */
export default function ClosedNote({ conversation }: { readonly conversation: Conversation }) {
  const states = useOpenStates();
  const now = useMinute();
  const state = states && openStateOf(states, conversation.team_id, conversation.channel_id);
  if (state === undefined || state.is_open) return null;
  const opens = state.opens_at;
  return (
    <p role="note" className="flex shrink-0 items-center gap-1.5 px-5 pt-1 text-12 text-muted max-md:px-3.5">
      <DoorClosed aria-hidden size={14} strokeWidth={1.75} className="shrink-0" />
      {opens === null ? t('thread.closed') : t('thread.closed_until', { when: formatNear(opens, now) })}
    </p>
  );
}

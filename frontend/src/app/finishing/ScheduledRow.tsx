import { Clock } from 'lucide-react';
import { useMinute } from '@/shared/format/clock';
import { formatNear } from '@/shared/format/times';
import { t } from '@/shared/i18n';
import { describeContent, kindOfContent, wordOfKind } from '../inbox/describe';
import type { Scheduling } from './calls';
import { FateRow } from './FateRow';
import { scheduledFates, type Around, type Fate } from './fates';
import { fateNames } from './words';

export interface ScheduledRowProps {
  readonly one: Scheduling;
  readonly fate: Fate;
  readonly around: Around;
  readonly refused: string | undefined;
  readonly onChoose: (fate: Fate) => void;
}

/** A message that is to go out later: to whom, when, what, and in whose name. */
export function ScheduledRow({ one, fate, around, refused, onChoose }: ScheduledRowProps) {
  const { message, contact } = one;
  const now = useMinute();
  const names = fateNames(around, null);
  const label = (value: Fate) => (value === 'keep' ? { label: t('finishing.keep_scheduled') } : names(value));
  return (
    <FateRow
      picture={<Clock aria-hidden size={16} strokeWidth={1.75} className="mx-2.5 mt-0.5 shrink-0 text-muted" />}
      name={contact.name}
      conversationId={message.conversation_id}
      fate={fate}
      fates={scheduledFates(around, one)}
      nameOf={label}
      onChoose={onChoose}
      refused={refused}
    >
      <p className="tabular text-12 text-muted">{formatNear(message.due_at, now)}</p>
      <p dir="auto" className="truncate text-aligned text-13 text-muted">
        {describeContent(message.content) || wordOfKind(kindOfContent(message.content))}
      </p>
    </FateRow>
  );
}

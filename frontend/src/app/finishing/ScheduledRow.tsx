import { Clock } from 'lucide-react';
import { Link } from 'wouter';
import { useMinute } from '@/shared/format/clock';
import { formatNear } from '@/shared/format/times';
import { t } from '@/shared/i18n';
import { FieldNote } from '@/shared/ui/InlineError';
import { Select } from '@/shared/ui/Select';
import { describeContent, kindOfContent, wordOfKind } from '../inbox/describe';
import { paths } from '../paths';
import type { Scheduling } from './calls';
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
    <li
      data-refused={refused !== undefined || undefined}
      className="flex gap-3 border-b border-line py-3 max-md:flex-col"
    >
      <div className="flex min-w-0 flex-1 gap-3">
        <Clock aria-hidden size={16} strokeWidth={1.75} className="mx-2.5 mt-0.5 shrink-0 text-muted" />
        <div className="min-w-0 flex-1">
          <Link
            href={paths.inbox('open', message.conversation_id)}
            dir="auto"
            className="block max-w-full truncate text-14 font-medium hover:underline pointer-coarse:leading-6"
          >
            {contact.name}
          </Link>
          <p className="tabular text-12 text-muted">{formatNear(message.due_at, now)}</p>
          <p dir="auto" className="truncate text-aligned text-13 text-muted">
            {describeContent(message.content) || wordOfKind(kindOfContent(message.content))}
          </p>
        </div>
      </div>
      <div className="flex w-72 min-w-0 flex-col gap-2 max-md:w-full max-md:ps-12">
        <Select<Fate>
          label={t('finishing.fate', { name: contact.name })}
          isLabelHidden
          value={fate}
          options={[...(fate === '' ? ([''] as const) : []), ...scheduledFates(around, one)].map((value) => ({
            value,
            ...label(value),
          }))}
          onValueChange={onChoose}
        />
        <div aria-live="polite" className="empty:hidden">
          {refused !== undefined && <FieldNote state="failed">{refused}</FieldNote>}
        </div>
      </div>
    </li>
  );
}

import { t } from '@/shared/i18n';
import type { Id } from '@/shared/api/types';
import { Select } from '@/shared/ui/Select';
import { useCalendars } from './useCalendars';

export interface HoursChoiceProps {
  readonly value: Id | null;
  /** What it goes by without hours of its own. */
  readonly without: string;
  readonly onChange: (id: Id | null) => void;
}

/** Which business hours a channel or a team goes by; nothing where there are none. */
export function HoursChoice({ value, without, onChange }: HoursChoiceProps) {
  const calendars = useCalendars().data ?? [];
  if (calendars.length === 0) return null;
  return (
    <Select
      label={t('settings.hours.title')}
      value={value ?? ''}
      options={[
        { value: '', label: without },
        ...calendars.map(({ id, name }) => ({ value: id as string, label: name })),
      ]}
      onValueChange={(id) => onChange(id === '' ? null : id)}
      className="max-w-72"
    />
  );
}

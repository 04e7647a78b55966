import { useFields } from '@/app/contact/fields';
import type { Id } from '@/shared/api/types';
import { t } from '@/shared/i18n';
import { MultiSelect } from '@/shared/ui/MultiSelect';

export interface WantedFieldsProps {
  readonly hint: string;
  readonly ids: readonly Id[];
  readonly isDisabled?: boolean;
  readonly onChange: (ids: Id[]) => void;
}

/** The fields of one's own that are filled in before a conversation is resolved; nothing where there are none. */
export function WantedFields({ hint, ids, isDisabled = false, onChange }: WantedFieldsProps) {
  const conversation = useFields('conversation') ?? [];
  const contact = useFields('contact') ?? [];
  const options = [
    ...conversation.map(({ id, name }) => ({ value: id, label: name })),
    ...contact.map(({ id, name }) => ({ value: id, label: t('resolve.of_contact', { field: name }) })),
  ];
  if (options.length === 0) return null;
  return (
    <div className="flex flex-col gap-1.5">
      <span aria-hidden className="text-14 font-medium">
        {t('settings.wanted.label')}
      </span>
      <MultiSelect
        label={t('settings.wanted.label')}
        placeholder={t('settings.wanted.none')}
        values={ids}
        options={options}
        isDisabled={isDisabled}
        onValuesChange={onChange}
      />
      <p className="text-13 text-muted">{hint}</p>
    </div>
  );
}

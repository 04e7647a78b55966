import { useQueryClient } from '@tanstack/react-query';
import { Building2, ListChecks, Star, StarOff, Tag, X } from 'lucide-react';
import { useState } from 'react';
import { request } from '@/shared/api/http';
import type { FieldValue, Filter, Id, Label } from '@/shared/api/types';
import { t } from '@/shared/i18n';
import { formatNumber } from '@/shared/i18n/format';
import { problemText } from '@/shared/problem';
import { Button } from '@/shared/ui/Button';
import { IconButton } from '@/shared/ui/IconButton';
import { Menu, MenuGroup, MenuItem } from '@/shared/ui/Menu';
import { showToast } from '@/shared/ui/Toast';
import { CompanyPicker } from '../companies/CompanyPicker';
import { useFields } from '../contact/fields';
import { LabelMenu } from '../labels/LabelMenu';
import { beginBatch, inSlices, undoBatch } from './batches';
import { allIds } from './useContacts';

export interface BulkBarProps {
  readonly chosen: ReadonlySet<Id>;
  readonly search: string;
  readonly filter: Filter;
  readonly onChoose: (ids: ReadonlySet<Id>) => void;
}

/** What is done with all that are chosen; it can be taken back as a whole. */
export function BulkBar({ chosen, search, filter, onChoose }: BulkBarProps) {
  const [progress, setProgress] = useState<number>();
  const [areLabelsOpen, setLabelsOpen] = useState(false);
  const client = useQueryClient();
  const isBusy = progress !== undefined;
  const again = () => void client.invalidateQueries({ queryKey: ['contacts'] });

  const edit = async (change: Record<string, unknown>) => {
    if (isBusy) return;
    const ids = [...chosen];
    let batchId: Id | undefined;
    setProgress(0);
    try {
      batchId = await beginBatch('edit', '');
      const path = `/api/contact-batches/${batchId}/edits`;
      await inSlices(
        ids,
        async (slice) => {
          await request('POST', path, { body: { contact_ids: slice, ...change } });
        },
        setProgress,
      );
      const id = batchId;
      showToast(t('contacts.bulk_done', { count: ids.length }), {
        undo: () =>
          void undoBatch(id).then(again, (error: unknown) => showToast(problemText(error), { isError: true })),
      });
    } catch (error) {
      showToast(problemText(error), { isError: true });
    }
    setProgress(undefined);
    again();
  };
  const toggle = (label: Label, isOn: boolean) =>
    void edit(isOn ? { add_labels: [label.id] } : { remove_labels: [label.id] });
  const chooseAll = async () => {
    setProgress(0);
    try {
      onChoose(new Set(await allIds(search, filter)));
    } catch (error) {
      showToast(problemText(error), { isError: true });
    }
    setProgress(undefined);
  };

  return (
    <div
      role="toolbar"
      aria-label={t('contacts.bulk')}
      className="flex min-h-11 shrink-0 flex-wrap items-center gap-2 border-b border-line bg-accent-soft px-4 py-1 text-13"
    >
      <span role="status" className="tabular font-medium">
        {isBusy && progress > 0
          ? t('contacts.bulk_progress', { done: formatNumber(progress), total: formatNumber(chosen.size) })
          : t('contacts.bulk_chosen', { count: chosen.size })}
      </span>
      <Button look="link" size="small" disabled={isBusy} onClick={() => void chooseAll()}>
        {t('contacts.bulk_all')}
      </Button>
      <LabelMenu
        title={t('labels.of_contact')}
        kind="contact"
        chosenIds={[]}
        onToggle={toggle}
        isOpen={areLabelsOpen}
        onOpenChange={setLabelsOpen}
        trigger={
          <Button size="small" icon={Tag} disabled={isBusy}>
            {t('labels.add')}
          </Button>
        }
      />
      <CompanyPicker
        title={t('contact.company')}
        mayClear
        mayMake
        onPick={(company) => void edit({ company_id: company?.id ?? null })}
        trigger={
          <Button size="small" icon={Building2} disabled={isBusy}>
            {t('contacts.bulk_company')}
          </Button>
        }
      />
      <Button size="small" icon={Star} disabled={isBusy} onClick={() => void edit({ is_vip: true })}>
        {t('contacts.bulk_vip')}
      </Button>
      <Button size="small" icon={StarOff} disabled={isBusy} onClick={() => void edit({ is_vip: false })}>
        {t('contacts.bulk_no_vip')}
      </Button>
      <Fields isBusy={isBusy} onChoose={(fields) => void edit({ fields })} />
      <span className="ms-auto">
        <IconButton icon={X} label={t('contacts.bulk_none')} disabled={isBusy} onClick={() => onChoose(new Set())} />
      </span>
    </div>
  );
}

interface FieldsProps {
  readonly isBusy: boolean;
  readonly onChoose: (fields: Readonly<Record<Id, FieldValue | null>>) => void;
}

/** What can be said of many alike: one of the options of a field, yes or no, or nothing any more. */
function Fields({ isBusy, onChoose }: FieldsProps) {
  const fields = (useFields('contact') ?? []).filter(({ type }) => type === 'choice' || type === 'boolean');
  if (fields.length === 0) return null;
  return (
    <Menu
      align="start"
      trigger={
        <Button size="small" icon={ListChecks} disabled={isBusy}>
          {t('contacts.bulk_field')}
        </Button>
      }
    >
      {fields.map(({ id, name, type, options }) => (
        <MenuGroup key={id} label={name}>
          {type === 'boolean'
            ? ([true, false] as const).map((value) => (
                <MenuItem key={String(value)} onClick={() => onChoose({ [id]: value })}>
                  {t(value ? 'contact.yes' : 'contact.no')}
                </MenuItem>
              ))
            : options.map((option) => (
                <MenuItem key={option.id} onClick={() => onChoose({ [id]: option.id })}>
                  <bdi>{option.name}</bdi>
                </MenuItem>
              ))}
          <MenuItem onClick={() => onChoose({ [id]: null })}>{t('contacts.bulk_field_none')}</MenuItem>
        </MenuGroup>
      ))}
    </Menu>
  );
}

/** What is done with all that are chosen: by a worker, whether this page stays or not; and it can be taken back. */
import { Building2, Ellipsis, ListChecks, Star, Tag, UserRound, X } from 'lucide-react';
import { useState } from 'react';
import { useMay } from '@/shared/api/session';
import type { EditContactsInput, FieldValue, Filter, Id } from '@/shared/api/types';
import { t } from '@/shared/i18n';
import { formatNumber } from '@/shared/i18n/format';
import { useStore } from '@/shared/store/store';
import { Button } from '@/shared/ui/Button';
import { Checkbox } from '@/shared/ui/Checkbox';
import { ConfirmDialog, Dialog } from '@/shared/ui/Dialog';
import { IconButton } from '@/shared/ui/IconButton';
import { Menu, MenuGroup, MenuItem, MenuSeparator } from '@/shared/ui/Menu';
import { OrderProgress } from '../bulk/OrderProgress';
import { orderEdit, useRunningOrder } from '../bulk/orders';
import { isEmpty, NOTHING, type Selection } from '../bulk/selection';
import { CompanyPicker } from '../companies/CompanyPicker';
import { ownersOf } from '../contact/ContactOwner';
import { useFields } from '../contact/fields';
import { LabelMenu } from '../labels/LabelMenu';
import { labelsOfKind } from '../labels/labels';
import { useContactCount } from './useContacts';

const MOST_NAMED = 500;

type Edit = EditContactsInput['edit'];
type Asking = 'block' | 'opt_in';

export interface BulkBarProps {
  readonly selection: Selection;
  readonly search: string;
  readonly filter: Filter;
  readonly onSelect: (selection: Selection) => void;
}

export function BulkBar({ selection, search, filter, onSelect }: BulkBarProps) {
  const running = useRunningOrder('contacts');
  const [areLabelsOpen, setLabelsOpen] = useState(false);
  const [asking, setAsking] = useState<Asking>();
  const all = useContactCount(search.trim(), filter, selection.isAll);
  if (running !== null) {
    return (
      <Bar>
        <span role="status" className="font-medium">
          {t('contacts.bulk_progress')}
        </span>
        <OrderProgress order={running} label={t('contacts.bulk_progress')} />
      </Bar>
    );
  }
  if (isEmpty(selection)) return null;
  const isTooMany = !selection.isAll && selection.ids.size > MOST_NAMED;
  const give = async (edit: Edit) => {
    const who = selection.isAll ? { filter, search: search.trim() } : { ids: [...selection.ids] };
    await orderEdit({ edit, ...who } as EditContactsInput);
  };
  const allText = all && formatNumber(all.total) + (all.is_more ? '+' : '');
  const number = selection.isAll ? (allText ?? '…') : formatNumber(selection.ids.size);

  return (
    <Bar>
      <span role="status" className="tabular font-medium">
        {t('bulk.chosen', { count: selection.isAll ? (all?.total ?? 2) : selection.ids.size, number })}
      </span>
      {!selection.isAll && (
        <Button look="link" size="small" onClick={() => onSelect({ ids: new Set(), isAll: true })}>
          {t('contacts.bulk_all')}
        </Button>
      )}
      {isTooMany ? (
        <span className="text-muted">{t('contacts.bulk_most', { number: formatNumber(MOST_NAMED) })}</span>
      ) : (
        <>
          <LabelMenu
            title={t('labels.of_contact')}
            kind="contact"
            chosenIds={[]}
            onToggle={(label) => {
              setLabelsOpen(false);
              void give({ add_labels: [label.id] } as Edit);
            }}
            isOpen={areLabelsOpen}
            onOpenChange={setLabelsOpen}
            trigger={
              <Button size="small" icon={Tag}>
                {t('labels.add')}
              </Button>
            }
          />
          <CompanyPicker
            title={t('contact.company')}
            mayClear
            mayMake
            onPick={(company) => void give({ company_id: company?.id ?? null } as Edit)}
            trigger={
              <Button size="small" icon={Building2}>
                {t('contacts.bulk_company')}
              </Button>
            }
          />
          <Owner onChoose={(owner_id) => void give({ owner_id } as Edit)} />
          <Fields onChoose={(fields) => void give({ fields } as Edit)} />
          <Button size="small" icon={Star} onClick={() => void give({ is_vip: true } as Edit)}>
            {t('contacts.bulk_vip')}
          </Button>
          <More onEdit={(edit) => void give(edit as Edit)} onAsk={setAsking} />
        </>
      )}
      <span className="ms-auto">
        <IconButton icon={X} label={t('contacts.bulk_none')} onClick={() => onSelect(NOTHING)} />
      </span>
      <ConfirmDialog
        open={asking === 'block'}
        onOpenChange={(isOpen) => !isOpen && setAsking(undefined)}
        title={t('contacts.bulk_block_title', { number })}
        description={t('contacts.bulk_block_text')}
        action={t('contact.block')}
        onConfirm={() => {
          setAsking(undefined);
          void give({ is_blocked: true } as Edit);
        }}
      />
      {asking === 'opt_in' && (
        <OptIn
          number={number}
          onClose={() => setAsking(undefined)}
          onConfirm={(liftsWords) => {
            setAsking(undefined);
            void give({ is_opted_out: false, lifts_words: liftsWords } as Edit);
          }}
        />
      )}
    </Bar>
  );
}

function Bar({ children }: { readonly children: React.ReactNode }) {
  return (
    <div
      role="toolbar"
      aria-label={t('contacts.bulk')}
      className="flex min-h-11 shrink-0 flex-wrap items-center gap-2 border-b border-line bg-accent-soft px-4 py-1 text-13"
    >
      {children}
    </div>
  );
}

interface OptInProps {
  readonly number: string;
  readonly onClose: () => void;
  readonly onConfirm: (liftsWords: boolean) => void;
}

/** Who said themselves that they want nothing is left out, unless somebody says here that they know better. */
function OptIn({ number, onClose, onConfirm }: OptInProps) {
  const [liftsWords, setLifts] = useState(false);
  return (
    <Dialog
      open
      onOpenChange={(isOpen) => !isOpen && onClose()}
      title={t('contacts.bulk_opt_in_title', { number })}
      description={t('contacts.bulk_opt_in_text')}
      footer={
        <>
          <Button look="plain" onClick={onClose}>
            {t('common.cancel')}
          </Button>
          <Button look="filled" onClick={() => onConfirm(liftsWords)}>
            {t('contact.opt_in')}
          </Button>
        </>
      }
    >
      <Checkbox label={t('contacts.bulk_lift_words')} checked={liftsWords} onCheckedChange={setLifts} />
    </Dialog>
  );
}

interface MoreProps {
  readonly onEdit: (edit: Readonly<Record<string, unknown>>) => void;
  readonly onAsk: (asking: Asking) => void;
}

function More({ onEdit, onAsk }: MoreProps) {
  const labels = labelsOfKind(
    'contact',
    useStore((state) => state.labels),
  );
  return (
    <Menu trigger={<IconButton icon={Ellipsis} label={t('bulk.more')} />}>
      <MenuItem onClick={() => onEdit({ is_vip: false })}>{t('contacts.bulk_no_vip')}</MenuItem>
      <MenuSeparator />
      <MenuItem onClick={() => onEdit({ is_muted: true })}>{t('contact.mute')}</MenuItem>
      <MenuItem onClick={() => onEdit({ is_muted: false })}>{t('contact.unmute')}</MenuItem>
      <MenuSeparator />
      <MenuItem onClick={() => onEdit({ is_opted_out: true })}>{t('contact.opt_out')}</MenuItem>
      <MenuItem onClick={() => onAsk('opt_in')}>{t('contact.opt_in')}</MenuItem>
      <MenuSeparator />
      <MenuItem isDangerous onClick={() => onAsk('block')}>
        {t('contact.block')}
      </MenuItem>
      <MenuItem onClick={() => onEdit({ is_blocked: false })}>{t('contact.unblock')}</MenuItem>
      {labels.length > 0 && (
        <>
          <MenuSeparator />
          <MenuGroup label={t('contacts.bulk_take_label')}>
            {labels.map(({ id, name }) => (
              <MenuItem key={id} onClick={() => onEdit({ remove_labels: [id] })}>
                <bdi>{name}</bdi>
              </MenuItem>
            ))}
          </MenuGroup>
        </>
      )}
    </Menu>
  );
}

/** Whose customers all of them are; for whoever gives conversations to others. */
function Owner({ onChoose }: { readonly onChoose: (owner: Id | null) => void }) {
  const agents = useStore((state) => state.agents);
  if (!useMay('conversations:assign')) return null;
  return (
    <Menu
      trigger={
        <Button size="small" icon={UserRound}>
          {t('companies.owner')}
        </Button>
      }
    >
      {ownersOf(agents, null).map(({ value, label }) => (
        <MenuItem key={value} onClick={() => onChoose(value)}>
          <bdi>{label}</bdi>
        </MenuItem>
      ))}
      <MenuSeparator />
      <MenuItem onClick={() => onChoose(null)}>{t('companies.nobody')}</MenuItem>
    </Menu>
  );
}

interface FieldsProps {
  readonly onChoose: (fields: Readonly<Record<Id, FieldValue | null>>) => void;
}

/** What can be said of many alike: one of the options of a field, yes or no, or nothing any more. */
function Fields({ onChoose }: FieldsProps) {
  const fields = (useFields('contact') ?? []).filter(({ type }) => type === 'choice' || type === 'boolean');
  if (fields.length === 0) return null;
  return (
    <Menu
      align="start"
      trigger={
        <Button size="small" icon={ListChecks}>
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

import { useQueryClient } from '@tanstack/react-query';
import { useState, type FormEvent } from 'react';
import { request } from '@/shared/api/http';
import { useSignedIn } from '@/shared/api/session';
import type { Filter } from '@/shared/api/types';
import { t } from '@/shared/i18n';
import { Button } from '@/shared/ui/Button';
import { Dialog } from '@/shared/ui/Dialog';
import { InlineError } from '@/shared/ui/InlineError';
import { Skeleton } from '@/shared/ui/Skeleton';
import { TextField } from '@/shared/ui/TextField';
import { useSubmit } from '@/shared/useSubmit';
import { useFields } from '../filters/fields';
import { isFinished } from '../filters/filter';
import { FilterBuilder } from '../filters/FilterBuilder';
import type { Segment } from './useContacts';

export interface SegmentDialogProps {
  readonly start: Filter;
  /** The segment that is changed; absent: a new one, or none. */
  readonly segment?: Segment;
  readonly onShow: (filter: Filter) => void;
  readonly onSaved: (segment: Segment) => void;
  readonly onClose: () => void;
}

/** A filter over contacts: shown at once, or kept as a segment under a name. */
export default function SegmentDialog({ start, segment, onShow, onSaved, onClose }: SegmentDialogProps) {
  const fields = useFields('segments');
  const [filter, setFilter] = useState(start);
  const [name, setName] = useState(segment?.name ?? '');
  const [isStrict, setStrict] = useState(false);
  const client = useQueryClient();
  const submit = useSubmit(['name']);
  const mayKeep = useSignedIn().agent.permissions.includes('labels:manage');
  const ready = (): boolean => {
    setStrict(true);
    return fields !== undefined && fields !== null && isFinished(filter, fields);
  };

  async function save(event: FormEvent): Promise<void> {
    event.preventDefault();
    if (!ready()) return;
    let saved: Segment | undefined;
    await submit.run(async () => {
      const body = { name: name.trim(), filter };
      saved = segment
        ? await request<Segment>('PUT', `/api/segments/${segment.id}`, { body })
        : await request<Segment>('POST', '/api/segments', { body });
    });
    if (saved === undefined) return;
    await client.invalidateQueries({ queryKey: ['segments'] });
    onSaved(saved);
  }

  return (
    <Dialog
      open
      isWide
      onOpenChange={(isOpen) => !isOpen && onClose()}
      title={t('contacts.filter')}
      footer={
        <>
          <Button look="plain" onClick={onClose}>
            {t('common.cancel')}
          </Button>
          <Button look={mayKeep ? 'outlined' : 'filled'} onClick={() => ready() && onShow(filter)}>
            {t('filter.show')}
          </Button>
          {mayKeep && (
            <Button look="filled" type="submit" form="segment" isBusy={submit.isBusy}>
              {t('contacts.segment_keep')}
            </Button>
          )}
        </>
      }
    >
      {fields ? (
        <FilterBuilder
          where={t('contacts.filter_where')}
          fields={fields}
          value={filter}
          onValueChange={setFilter}
          isStrict={isStrict}
        />
      ) : (
        <Skeleton />
      )}
      {mayKeep && (
        <form id="segment" onSubmit={(event) => void save(event)}>
          <TextField
            label={t('contacts.segment_name')}
            required
            maxLength={100}
            autoComplete="off"
            value={name}
            {...submit.field('name', setName)}
          />
        </form>
      )}
      {submit.error !== undefined && <InlineError>{submit.error}</InlineError>}
    </Dialog>
  );
}

import { ArrowDown, ArrowUp, Pencil, Plus, Trash2 } from 'lucide-react';
import { useState } from 'react';
import { useFields } from '@/app/contact/fields';
import { request } from '@/shared/api/http';
import type { Field, FieldOwner } from '@/shared/api/types';
import { t } from '@/shared/i18n';
import { Button } from '@/shared/ui/Button';
import { ConfirmDialog } from '@/shared/ui/Dialog';
import { IconButton } from '@/shared/ui/IconButton';
import { Skeleton } from '@/shared/ui/Skeleton';
import { act } from '../act';
import { Block, Page } from '../parts/Page';
import { Row, Rows } from '../parts/Rows';
import { FieldDialog } from './FieldDialog';

const OWNERS = ['contact', 'conversation', 'company'] as const satisfies readonly FieldOwner[];

/** Fields of one's own. What others change is seen at once. */
export function Fields() {
  const [edited, setEdited] = useState<Field>();
  const [newOwner, setNewOwner] = useState<FieldOwner>();
  const [deleted, setDeleted] = useState<Field>();

  async function remove(field: Field): Promise<void> {
    setDeleted(undefined);
    await act(() => request('DELETE', `/api/fields/${field.id}`), { done: t('settings.fields.deleted') });
  }

  return (
    <Page group={t('settings.group.conversations')} title={t('settings.fields.title')} text={t('settings.fields.text')}>
      {OWNERS.map((owner) => (
        <Owner key={owner} owner={owner} onCreate={() => setNewOwner(owner)} onEdit={setEdited} onDelete={setDeleted} />
      ))}
      {newOwner !== undefined && <FieldDialog owner={newOwner} onClose={() => setNewOwner(undefined)} />}
      {edited !== undefined && (
        <FieldDialog key={edited.id} owner={edited.owner} field={edited} onClose={() => setEdited(undefined)} />
      )}
      <ConfirmDialog
        open={deleted !== undefined}
        onOpenChange={(isOpen) => !isOpen && setDeleted(undefined)}
        title={t('settings.labels.delete_title', { name: deleted?.name ?? '' })}
        description={t('settings.fields.delete_text')}
        action={t('settings.labels.delete')}
        onConfirm={() => deleted && void remove(deleted)}
      />
    </Page>
  );
}

interface OwnerProps {
  readonly owner: FieldOwner;
  readonly onCreate: () => void;
  readonly onEdit: (field: Field) => void;
  readonly onDelete: (field: Field) => void;
}

function Owner({ owner, onCreate, onEdit, onDelete }: OwnerProps) {
  const fields = useFields(owner);
  const title = t(`settings.fields.of_${owner}`);
  /** Two neighbours change their places. */
  const swap = (place: number, by: number) => {
    const [one, other] = [fields?.[place], fields?.[place + by]];
    if (!one || !other) return;
    void act(async () => {
      const differ = one.position !== other.position;
      await request('PATCH', `/api/fields/${one.id}`, { body: { position: differ ? other.position : place + by + 1 } });
      await request('PATCH', `/api/fields/${other.id}`, { body: { position: differ ? one.position : place + 1 } });
    });
  };
  return (
    <Block title={title} text={t(`settings.fields.of_${owner}_text`)}>
      {fields === undefined && <Skeleton />}
      {fields !== undefined && fields.length > 0 && (
        <Rows label={title}>
          {fields.map((field, place) => (
            <Row
              key={field.id}
              title={<bdi className="truncate">{field.name}</bdi>}
              text={[t(`settings.fields.type_${field.type}`), field.options.map(({ name }) => name).join(', ')]
                .filter(Boolean)
                .join(' · ')}
              end={
                <>
                  <IconButton
                    icon={ArrowUp}
                    label={t('settings.fields.option_up', { name: field.name })}
                    disabled={place === 0}
                    onClick={() => swap(place, -1)}
                  />
                  <IconButton
                    icon={ArrowDown}
                    label={t('settings.fields.option_down', { name: field.name })}
                    disabled={place === fields.length - 1}
                    onClick={() => swap(place, 1)}
                  />
                  <IconButton
                    icon={Pencil}
                    label={t('settings.labels.edit', { name: field.name })}
                    onClick={() => onEdit(field)}
                  />
                  <IconButton
                    icon={Trash2}
                    label={t('settings.labels.delete_named', { name: field.name })}
                    onClick={() => onDelete(field)}
                  />
                </>
              }
            />
          ))}
        </Rows>
      )}
      <span>
        <Button icon={Plus} onClick={onCreate}>
          {t(`settings.fields.create_${owner}`)}
        </Button>
      </span>
    </Block>
  );
}

import { Pencil, Plus, Trash2 } from 'lucide-react';
import { useState } from 'react';
import { labelsOfKind } from '@/app/labels/labels';
import { request } from '@/shared/api/http';
import type { Label, LabelKind } from '@/shared/api/types';
import { t } from '@/shared/i18n';
import { loadLabels } from '@/shared/store/load';
import { useStore } from '@/shared/store/store';
import { Button } from '@/shared/ui/Button';
import { ConfirmDialog } from '@/shared/ui/Dialog';
import { IconButton } from '@/shared/ui/IconButton';
import { LabelDot } from '@/shared/ui/LabelMark';
import { Skeleton } from '@/shared/ui/Skeleton';
import { act } from '../act';
import { Block, Page } from '../parts/Page';
import { Row, Rows } from '../parts/Rows';
import { LabelDialog } from './LabelDialog';

const KINDS = ['conversation', 'contact'] as const satisfies readonly LabelKind[];

/** The labels of conversations and, kept apart, of contacts. They live on the feed: what others change is seen at once. */
export function Labels() {
  const areLoaded = useStore((state) => state.areLabelsLoaded);
  const [edited, setEdited] = useState<Label>();
  const [newKind, setNewKind] = useState<LabelKind>();
  const [deleted, setDeleted] = useState<Label>();

  async function remove(label: Label): Promise<void> {
    setDeleted(undefined);
    await act(() => request('DELETE', `/api/labels/${label.id}`), { done: t('settings.labels.deleted') });
    await loadLabels().catch(() => undefined); // the feed tells of it, too
  }

  return (
    <Page group={t('settings.group.conversations')} title={t('settings.labels.title')} text={t('settings.labels.text')}>
      {!areLoaded && <Skeleton />}
      {areLoaded &&
        KINDS.map((kind) => (
          <Kind key={kind} kind={kind} onCreate={() => setNewKind(kind)} onEdit={setEdited} onDelete={setDeleted} />
        ))}
      {newKind !== undefined && <LabelDialog kind={newKind} onClose={() => setNewKind(undefined)} />}
      {edited !== undefined && (
        <LabelDialog key={edited.id} kind={edited.kind} label={edited} onClose={() => setEdited(undefined)} />
      )}
      <ConfirmDialog
        open={deleted !== undefined}
        onOpenChange={(isOpen) => !isOpen && setDeleted(undefined)}
        title={t('settings.labels.delete_title', { name: deleted?.name ?? '' })}
        description={t('settings.labels.delete_text')}
        action={t('settings.labels.delete')}
        onConfirm={() => deleted && void remove(deleted)}
      />
    </Page>
  );
}

interface KindProps {
  readonly kind: LabelKind;
  readonly onCreate: () => void;
  readonly onEdit: (label: Label) => void;
  readonly onDelete: (label: Label) => void;
}

function Kind({ kind, onCreate, onEdit, onDelete }: KindProps) {
  const labels = labelsOfKind(
    kind,
    useStore((state) => state.labels),
  );
  const title = t(`settings.labels.of_${kind}`);
  return (
    <Block title={title} text={t(`settings.labels.of_${kind}_text`)}>
      {labels.length > 0 && (
        <Rows label={title}>
          {labels.map((label) => (
            <Row
              key={label.id}
              start={<LabelDot colour={label.colour} className="size-2.5" />}
              title={<bdi className="truncate">{label.name}</bdi>}
              end={
                <>
                  <IconButton
                    icon={Pencil}
                    label={t('settings.labels.edit', { name: label.name })}
                    onClick={() => onEdit(label)}
                  />
                  <IconButton
                    icon={Trash2}
                    label={t('settings.labels.delete_named', { name: label.name })}
                    onClick={() => onDelete(label)}
                  />
                </>
              }
            />
          ))}
        </Rows>
      )}
      <span>
        <Button icon={Plus} onClick={onCreate}>
          {t(`settings.labels.create_${kind}`)}
        </Button>
      </span>
    </Block>
  );
}

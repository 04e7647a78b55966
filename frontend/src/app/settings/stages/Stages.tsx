import { PauseCircle, Pencil, Plus, Trash2 } from 'lucide-react';
import { useState } from 'react';
import { useStages } from '@/app/stages/useStages';
import { request } from '@/shared/api/http';
import type { Stage } from '@/shared/api/types';
import { t } from '@/shared/i18n';
import { Button } from '@/shared/ui/Button';
import { ConfirmDialog } from '@/shared/ui/Dialog';
import { FormDialog } from '@/shared/ui/FormDialog';
import { IconButton } from '@/shared/ui/IconButton';
import { Skeleton } from '@/shared/ui/Skeleton';
import { Switch } from '@/shared/ui/Switch';
import { TextField } from '@/shared/ui/TextField';
import { useSubmit } from '@/shared/useSubmit';
import { act } from '../act';
import { Block, Page } from '../parts/Page';
import { Row, Rows } from '../parts/Rows';

const STATES = ['open', 'pending', 'snoozed', 'resolved'] as const;
type State = (typeof STATES)[number];

/** Names of one's own under each state of a conversation. */
export function Stages() {
  const stages = useStages();
  const [edited, setEdited] = useState<Stage>();
  const [newState, setNewState] = useState<State>();
  const [deleted, setDeleted] = useState<Stage>();

  async function remove(stage: Stage): Promise<void> {
    setDeleted(undefined);
    await act(() => request('DELETE', `/api/stages/${stage.id}`), { done: t('settings.stages.deleted') });
  }

  return (
    <Page group={t('settings.group.conversations')} title={t('settings.stages.title')} text={t('settings.stages.text')}>
      {stages === undefined && <Skeleton />}
      {stages !== undefined &&
        STATES.map((state) => (
          <OfState
            key={state}
            state={state}
            stages={stages.filter((stage) => stage.state === state)}
            onCreate={() => setNewState(state)}
            onEdit={setEdited}
            onDelete={setDeleted}
          />
        ))}
      {newState !== undefined && <StageForm state={newState} onClose={() => setNewState(undefined)} />}
      {edited !== undefined && (
        <StageForm key={edited.id} state={edited.state} stage={edited} onClose={() => setEdited(undefined)} />
      )}
      <ConfirmDialog
        open={deleted !== undefined}
        onOpenChange={(isOpen) => !isOpen && setDeleted(undefined)}
        title={t('settings.stages.delete_title', { name: deleted?.name ?? '' })}
        description={t('settings.stages.delete_text')}
        action={t('settings.stages.delete')}
        onConfirm={() => deleted && void remove(deleted)}
      />
    </Page>
  );
}

interface OfStateProps {
  readonly state: State;
  readonly stages: readonly Stage[];
  readonly onCreate: () => void;
  readonly onEdit: (stage: Stage) => void;
  readonly onDelete: (stage: Stage) => void;
}

function OfState({ state, stages, onCreate, onEdit, onDelete }: OfStateProps) {
  const title = t(`stage.state_${state}`);
  return (
    <Block title={title}>
      {stages.length > 0 && (
        <Rows label={title}>
          {stages.map((stage) => (
            <Row
              key={stage.id}
              title={<bdi className="truncate">{stage.name}</bdi>}
              end={
                <>
                  {stage.pauses_clock && (
                    <span className="flex items-center gap-1 pe-2 text-12 text-muted">
                      <PauseCircle aria-hidden size={14} strokeWidth={1.75} />
                      {t('stage.paused')}
                    </span>
                  )}
                  <IconButton
                    icon={Pencil}
                    label={t('settings.stages.edit', { name: stage.name })}
                    onClick={() => onEdit(stage)}
                  />
                  <IconButton
                    icon={Trash2}
                    label={t('settings.stages.delete_named', { name: stage.name })}
                    onClick={() => onDelete(stage)}
                  />
                </>
              }
            />
          ))}
        </Rows>
      )}
      <span>
        <Button icon={Plus} aria-label={t('settings.stages.create_under', { state: title })} onClick={onCreate}>
          {t('settings.stages.create')}
        </Button>
      </span>
    </Block>
  );
}

interface StageFormProps {
  readonly state: State;
  /** Absent: a new one is made. */
  readonly stage?: Stage;
  readonly onClose: () => void;
}

function StageForm({ state, stage, onClose }: StageFormProps) {
  const [name, setName] = useState(stage?.name ?? '');
  const [pausesClock, setPausesClock] = useState(stage?.pauses_clock ?? false);
  const submit = useSubmit(['name']);

  async function save(): Promise<void> {
    const body = { name: name.trim(), pauses_clock: pausesClock };
    const isSaved = await submit.run(async () => {
      if (stage === undefined) await request('POST', '/api/stages', { body: { state, ...body } });
      else await request('PATCH', `/api/stages/${stage.id}`, { body });
    });
    if (isSaved) onClose();
  }

  return (
    <FormDialog
      title={t('settings.stages.create_under', { state: t(`stage.state_${state}`) })}
      submit={submit}
      onSubmit={() => void save()}
      onClose={onClose}
    >
      <TextField
        label={t('settings.stages.name')}
        required
        autoFocus
        maxLength={100}
        autoComplete="off"
        dir="auto"
        value={name}
        {...submit.field('name', setName)}
      />
      {state !== 'resolved' && (
        <Switch
          label={t('settings.stages.pause')}
          hint={t('settings.stages.pause_hint')}
          checked={pausesClock}
          onCheckedChange={setPausesClock}
        />
      )}
    </FormDialog>
  );
}

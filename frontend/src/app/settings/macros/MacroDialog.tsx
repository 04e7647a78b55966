/** Writes a macro, or changes one: a name, whose it is, and its steps one below the other. */
import { ArrowUp, Plus, X } from 'lucide-react';
import { useState } from 'react';
import { ACT_KINDS, iconOf, kindName } from '@/app/macros/describe';
import type { Names } from '@/app/macros/names';
import type { Act, Macro } from '@/app/macros/types';
import { request } from '@/shared/api/http';
import { t } from '@/shared/i18n';
import { Button } from '@/shared/ui/Button';
import { Dialog } from '@/shared/ui/Dialog';
import { IconButton } from '@/shared/ui/IconButton';
import { FieldNote, InlineError } from '@/shared/ui/InlineError';
import { Menu, MenuItem } from '@/shared/ui/Menu';
import { showToast } from '@/shared/ui/Toast';
import { TextField } from '@/shared/ui/TextField';
import { useSubmit } from '@/shared/useSubmit';
import { act as perform } from '../act';
import { MINE, ownerOf, OwnerSelect, teamOf } from '../parts/OwnerSelect';
import { ActFields } from './ActFields';
import { newAct } from './newAct';

const MOST = 20;

export interface MacroDialogProps {
  /** Null: a new one. */
  readonly macro: Macro | null;
  readonly names: Names;
  readonly mayShare: boolean;
  readonly onSaved: () => Promise<unknown>;
  readonly onClose: () => void;
}

interface Step {
  /** Rows keep their fields while others come and go. */
  readonly key: number;
  readonly act: Act;
}

let lastKey = 0;

function stepOf(act: Act): Step {
  return { key: (lastKey += 1), act };
}

export function MacroDialog({ macro, names, mayShare, onSaved, onClose }: MacroDialogProps) {
  const [name, setName] = useState(macro?.name ?? '');
  const [owner, setOwner] = useState(ownerOf(macro));
  const [steps, setSteps] = useState<readonly Step[]>(() => (macro?.acts ?? []).map(stepOf));
  const places = Array.from({ length: MOST + 1 }, (_, place) => `acts.${place}`);
  const submit = useSubmit(['name', 'acts', ...places]);

  function change(next: readonly Step[]): void {
    for (const place of ['acts', ...places]) submit.clear(place);
    setSteps(next);
  }

  async function save(): Promise<void> {
    const team_id = teamOf(owner);
    const body = { name: name.trim(), acts: steps.map(({ act }) => act) };
    const isSaved = await submit.run(async () => {
      if (macro) {
        const path = `/api/macros/${macro.id}`;
        await request('PATCH', path, { body: { ...body, ...(macro.is_shared && { team_id }) } });
      } else await request('POST', '/api/macros', { body: { ...body, is_shared: owner !== MINE, team_id } });
      await onSaved();
    });
    if (!isSaved) return;
    onClose();
    if (!macro) return;
    const before = { name: macro.name, acts: macro.acts, ...(macro.is_shared && { team_id: macro.team_id }) };
    showToast(t('common.saved'), {
      undo: () =>
        void perform(() => request('PATCH', `/api/macros/${macro.id}`, { body: before })).then(() => onSaved()),
    });
  }

  return (
    <Dialog
      open
      isWide
      onOpenChange={(isOpen) => !isOpen && onClose()}
      title={macro ? t('macros.change') : t('settings.macros.create')}
      footer={
        <>
          <Button look="plain" onClick={onClose}>
            {t('common.cancel')}
          </Button>
          <Button look="filled" isBusy={submit.isBusy} onClick={() => void save()}>
            {t('common.save')}
          </Button>
        </>
      }
    >
      <div className="flex flex-col gap-4">
        <div className="flex flex-wrap items-start gap-4 *:min-w-48 *:flex-1">
          <TextField
            label={t('macros.name')}
            required
            autoFocus
            maxLength={100}
            autoComplete="off"
            dir="auto"
            value={name}
            {...submit.field('name', setName)}
          />
          {mayShare && (!macro || macro.is_shared) && (
            <OwnerSelect owner={owner} isNew={macro === null} onOwner={setOwner} />
          )}
        </div>
        <ol
          aria-label={t('macros.steps')}
          className="flex flex-col divide-y divide-line border-y border-line empty:hidden"
        >
          {steps.map((step, place) => (
            <StepRow
              key={step.key}
              step={step}
              names={names}
              error={submit.errors[`acts.${place}`]}
              isFirst={place === 0}
              onChange={(act) => change(steps.map((one) => (one === step ? { ...one, act } : one)))}
              onUp={() => change(moved(steps, place))}
              onRemove={() => change(steps.filter((one) => one !== step))}
            />
          ))}
        </ol>
        {submit.errors.acts !== undefined && (
          <FieldNote id="macro-acts" state="failed">
            {submit.errors.acts}
          </FieldNote>
        )}
        <Menu align="start" trigger={<Button icon={Plus}>{t('macros.add_step')}</Button>}>
          {ACT_KINDS.map((kind) => {
            const act = newAct(kind);
            return (
              <MenuItem key={kind} icon={iconOf(act)} onClick={() => change([...steps, stepOf(act)])}>
                {kindName(kind)}
              </MenuItem>
            );
          })}
        </Menu>
        {submit.error !== undefined && <InlineError>{submit.error}</InlineError>}
      </div>
    </Dialog>
  );
}

function moved(steps: readonly Step[], place: number): readonly Step[] {
  const next = [...steps];
  const [step] = next.splice(place, 1);
  if (step) next.splice(place - 1, 0, step);
  return next;
}

interface StepRowProps {
  readonly step: Step;
  readonly names: Names;
  readonly error: string | undefined;
  readonly isFirst: boolean;
  readonly onChange: (act: Act) => void;
  readonly onUp: () => void;
  readonly onRemove: () => void;
}

function StepRow({ step: { act }, names, error, isFirst, onChange, onUp, onRemove }: StepRowProps) {
  const Icon = iconOf(act);
  const kind = kindName(act.kind);
  return (
    <li className="flex flex-col gap-2 py-3">
      <div className="flex items-center gap-2.5">
        <Icon aria-hidden size={16} strokeWidth={1.75} className="shrink-0 text-muted" />
        <span className="flex-1 text-14 font-medium">{kind}</span>
        {!isFirst && <IconButton icon={ArrowUp} size={28} label={t('macros.up', { step: kind })} onClick={onUp} />}
        <IconButton icon={X} size={28} label={t('macros.remove', { step: kind })} onClick={onRemove} />
      </div>
      <ActFields act={act} names={names} onChange={onChange} />
      {error !== undefined && (
        <FieldNote id="macro-step" state="failed">
          {error}
        </FieldNote>
      )}
    </li>
  );
}

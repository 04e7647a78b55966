/** Writes a macro, or changes one: a name, whose it is, and its steps one below the other. */
import { useState } from 'react';
import type { Names } from '@/app/macros/names';
import type { Act, Macro } from '@/app/macros/types';
import { request } from '@/shared/api/http';
import { t } from '@/shared/i18n';
import { Button } from '@/shared/ui/Button';
import { Dialog } from '@/shared/ui/Dialog';
import { InlineError } from '@/shared/ui/InlineError';
import { showToast } from '@/shared/ui/Toast';
import { TextField } from '@/shared/ui/TextField';
import { useSubmit } from '@/shared/useSubmit';
import { act as perform } from '../act';
import { ACT_PLACES, ActSteps } from '../acts/ActSteps';
import { MINE, ownerOf, OwnerSelect, teamOf } from '../parts/OwnerSelect';

export interface MacroDialogProps {
  /** Null: a new one. */
  readonly macro: Macro | null;
  readonly names: Names;
  readonly mayShare: boolean;
  readonly onSaved: () => Promise<unknown>;
  readonly onClose: () => void;
}

export function MacroDialog({ macro, names, mayShare, onSaved, onClose }: MacroDialogProps) {
  const [name, setName] = useState(macro?.name ?? '');
  const [owner, setOwner] = useState(ownerOf(macro));
  const [acts, setActs] = useState<readonly Act[]>(macro?.acts ?? []);
  const submit = useSubmit(['name', ...ACT_PLACES]);

  function change(next: readonly Act[]): void {
    for (const place of ACT_PLACES) submit.clear(place);
    setActs(next);
  }

  async function save(): Promise<void> {
    const team_id = teamOf(owner);
    const body = { name: name.trim(), acts };
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
        <ActSteps hasMe acts={acts} names={names} errors={submit.errors} onChange={change} />
        {submit.error !== undefined && <InlineError>{submit.error}</InlineError>}
      </div>
    </Dialog>
  );
}

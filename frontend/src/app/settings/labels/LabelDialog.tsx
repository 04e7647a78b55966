import { useState, type FormEvent } from 'react';
import { labelsOfKind } from '@/app/labels/labels';
import { request } from '@/shared/api/http';
import type { Label, LabelColour, LabelKind } from '@/shared/api/types';
import { t } from '@/shared/i18n';
import { loadLabels } from '@/shared/store/load';
import { getState } from '@/shared/store/store';
import { Button } from '@/shared/ui/Button';
import { Dialog } from '@/shared/ui/Dialog';
import { InlineError } from '@/shared/ui/InlineError';
import { LABEL_COLOURS } from '@/shared/ui/LabelMark';
import { TextField } from '@/shared/ui/TextField';
import { useSubmit } from '@/shared/useSubmit';
import { ColourChoice } from '../parts/ColourChoice';

export interface LabelDialogProps {
  readonly kind: LabelKind;
  /** Absent: a new one is made. */
  readonly label?: Label;
  readonly onClose: () => void;
}

/** A name and one of twenty colours. */
export function LabelDialog({ kind, label, onClose }: LabelDialogProps) {
  const [name, setName] = useState(label?.name ?? '');
  const [colour, setColour] = useState(() => label?.colour ?? nextColour(kind));
  const submit = useSubmit(['name']);

  async function save(event: FormEvent): Promise<void> {
    event.preventDefault();
    const isSaved = await submit.run(async () => {
      const body = { name: name.trim(), colour };
      if (label === undefined) await request('POST', '/api/labels', { body: { kind, ...body } });
      else await request('PATCH', `/api/labels/${label.id}`, { body });
    });
    if (!isSaved) return;
    onClose();
    await loadLabels().catch(() => undefined); // the feed tells of it, too
  }

  return (
    <Dialog
      open
      onOpenChange={(isOpen) => !isOpen && onClose()}
      title={label === undefined ? t(`settings.labels.create_${kind}`) : t('settings.labels.edit_title')}
      footer={
        <>
          <Button look="plain" onClick={onClose}>
            {t('common.cancel')}
          </Button>
          <Button look="filled" type="submit" form="label" isBusy={submit.isBusy}>
            {t('common.save')}
          </Button>
        </>
      }
    >
      <form id="label" className="flex flex-col gap-4" onSubmit={(event) => void save(event)}>
        <TextField
          label={t('settings.labels.name')}
          required
          autoFocus
          maxLength={100}
          autoComplete="off"
          dir="auto"
          value={name}
          onValueChange={(value) => {
            submit.clear('name');
            setName(value);
          }}
          error={submit.errors.name}
        />
        <ColourChoice colour={colour} onChange={setColour} />
        {submit.error !== undefined && <InlineError>{submit.error}</InlineError>}
      </form>
    </Dialog>
  );
}

/** Neighbours differ as long as there are colours. */
function nextColour(kind: LabelKind): LabelColour {
  const count = labelsOfKind(kind, getState().labels).length;
  return LABEL_COLOURS[count % LABEL_COLOURS.length] as LabelColour;
}

import { useState } from 'react';
import { labelsOfKind } from '@/app/labels/labels';
import { request } from '@/shared/api/http';
import type { Label, LabelColour, LabelKind } from '@/shared/api/types';
import { t } from '@/shared/i18n';
import { loadLabels } from '@/shared/store/load';
import { getState } from '@/shared/store/store';
import { FormDialog } from '@/shared/ui/FormDialog';
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

  async function save(): Promise<void> {
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
    <FormDialog
      title={label === undefined ? t(`settings.labels.create_${kind}`) : t('settings.labels.edit_title')}
      submit={submit}
      onSubmit={() => void save()}
      onClose={onClose}
    >
      <TextField
        label={t('settings.labels.name')}
        required
        autoFocus
        maxLength={100}
        autoComplete="off"
        dir="auto"
        value={name}
        {...submit.field('name', setName)}
      />
      <ColourChoice colour={colour} onChange={setColour} />
    </FormDialog>
  );
}

/** Neighbours differ as long as there are colours. */
function nextColour(kind: LabelKind): LabelColour {
  const count = labelsOfKind(kind, getState().labels).length;
  return LABEL_COLOURS[count % LABEL_COLOURS.length] as LabelColour;
}

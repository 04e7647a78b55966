/** Ask for a look at an answer before it goes out: whom, and a word for them. */
import { useState } from 'react';
import { newId } from '@/shared/api/id';
import type { Conversation, Id } from '@/shared/api/types';
import { useStored } from '@/shared/hooks/useStored';
import { t } from '@/shared/i18n';
import { useStore } from '@/shared/store/store';
import { FormDialog } from '@/shared/ui/FormDialog';
import { Select } from '@/shared/ui/Select';
import { TextField } from '@/shared/ui/TextField';
import { showToast } from '@/shared/ui/Toast';
import { useSubmit } from '@/shared/useSubmit';
import type { Outgoing } from '../composer/outgoing';
import { uploaded } from '../composer/schedule';
import { absenceText } from '../availability/words';
import { teamsByName } from '../teams/teams';
import { postReview, type Addressee } from './calls';

const ANYBODY = 'anybody';

export interface AskReviewDialogProps {
  readonly conversation: Conversation;
  readonly parts: readonly Outgoing[];
  readonly quotedId: Id | null;
  readonly onClose: () => void;
  /** The server has it: what was written is no draft any more. */
  readonly onAsked: () => void;
}

export default function AskReviewDialog({ conversation, parts, quotedId, onClose, onAsked }: AskReviewDialogProps) {
  const [id] = useState(newId);
  const [kept, keep] = useStored<string>('threadline-reviewer', ANYBODY);
  const options = useAddressees();
  const [to, setTo] = useState(kept);
  const chosen = options.some(({ value }) => value === to) ? to : ANYBODY;
  const [note, setNote] = useState('');
  const submit = useSubmit(['reviewer_id', 'note']);
  const ask = () =>
    submit.run(async () => {
      const contents = [];
      for (const part of parts) contents.push(await uploaded(conversation.channel_id, part));
      await postReview(conversation.id, {
        id,
        contents,
        quoted_id: quotedId,
        note: note.trim(),
        ...addresseeOf(chosen),
      });
      keep(chosen);
      showToast(t('review.asked'));
      onAsked();
    });
  return (
    <FormDialog
      title={t('keys.ask_review')}
      description={t('review.ask_text')}
      action={t('review.ask')}
      submit={submit}
      onSubmit={() => void ask()}
      onClose={onClose}
    >
      <Select label={t('review.to')} value={chosen} options={options} onValueChange={setTo} />
      {submit.errors['reviewer_id'] !== undefined && (
        <p className="text-13 text-danger">{submit.errors['reviewer_id']}</p>
      )}
      <TextField
        label={t('review.note')}
        autoFocus
        dir="auto"
        maxLength={1000}
        value={note}
        {...submit.field('note', setNote)}
      />
    </FormDialog>
  );
}

/** Anybody who may, then colleagues who see to their own answers, then teams. */
function useAddressees(): { value: string; label: string; hint?: string }[] {
  const agents = useStore((state) => state.agents);
  const teams = useStore((state) => state.teams);
  const me = useStore((state) => state.me);
  const people = [...agents.values()]
    .filter((agent) => agent.is_active && !agent.is_novice && agent.id !== me)
    .sort((a, b) => a.name.localeCompare(b.name));
  return [
    { value: ANYBODY, label: t('review.anybody') },
    ...people.map((agent) => ({ value: `agent ${agent.id}`, label: agent.name, hint: absenceText(agent) })),
    ...teamsByName(teams).map(({ id, name }) => ({ value: `team ${id}`, label: t('review.team', { team: name }) })),
  ];
}

function addresseeOf(value: string): Addressee {
  const [kind, id = null] = value.split(' ');
  return { reviewer_id: kind === 'agent' ? id : null, team_id: kind === 'team' ? id : null };
}

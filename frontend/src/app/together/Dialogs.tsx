/** The small forms of working together. Not needed until somebody asks for one. */
import { useRef, useState } from 'react';
import { postHandOver } from '@/shared/api/calls';
import { newId } from '@/shared/api/id';
import type { Conversation, Id } from '@/shared/api/types';
import { t } from '@/shared/i18n';
import { ask } from '@/shared/store/ask';
import { learnDetail } from '@/shared/store/load';
import { useStore } from '@/shared/store/store';
import { Avatar } from '@/shared/ui/Avatar';
import { Button } from '@/shared/ui/Button';
import { Checkbox } from '@/shared/ui/Checkbox';
import { Dialog } from '@/shared/ui/Dialog';
import { FormDialog } from '@/shared/ui/FormDialog';
import { Kbd } from '@/shared/ui/Kbd';
import { LabelDot } from '@/shared/ui/LabelMark';
import { showToast } from '@/shared/ui/Toast';
import { cx } from '@/shared/ui/cx';
import { useSubmit } from '@/shared/useSubmit';
import { fold } from '@/shared/format/fold';
import { TextField } from '@/shared/ui/TextField';
import { teamsByName } from '../teams/teams';
import { hindranceText, useOffDuty } from '../availability/offDuty';
import { absenceText } from '../availability/words';
import { setFollowing, setPriority } from './actions';

export type TogetherDialog = 'hand_over' | 'ask_in' | 'priority';

export interface DialogsProps {
  readonly open: TogetherDialog;
  readonly conversation: Conversation;
  readonly onClose: () => void;
  /** It is somebody else's now. */
  readonly onGiven: () => void;
}

export default function Dialogs({ open, ...props }: DialogsProps) {
  switch (open) {
    case 'hand_over':
      return <HandOver {...props} />;
    case 'ask_in':
      return <AskIn {...props} />;
    case 'priority':
      return <Priority {...props} />;
  }
}

type Props = Omit<DialogsProps, 'open'>;

const PRIORITIES = [3, 2, 1, 0] as const;

/** Four choices, each one press: P and its number. */
function Priority({ conversation, onClose }: Props) {
  const current = useRef<HTMLButtonElement>(null);
  const choose = (priority: number) => {
    onClose();
    setPriority(conversation, priority);
  };
  return (
    <Dialog open onOpenChange={(isOpen) => !isOpen && onClose()} title={t('keys.priority')} initialFocus={current}>
      <div
        role="group"
        aria-label={t('keys.priority')}
        className="flex flex-col"
        onKeyDown={(event) => /^[0-3]$/.test(event.key) && choose(Number(event.key))}
      >
        {PRIORITIES.map((priority) => (
          <button
            key={priority}
            ref={priority === conversation.priority ? current : undefined}
            type="button"
            aria-pressed={priority === conversation.priority}
            onClick={() => choose(priority)}
            className="flex min-h-9 items-center justify-between gap-3 rounded-md px-2 text-14 hover:bg-hover aria-pressed:font-semibold pointer-coarse:min-h-11"
          >
            {t(`priority.${priority}`)}
            <Kbd keys={String(priority)} />
          </button>
        ))}
      </div>
    </Dialog>
  );
}

/** Colleagues who are to take part. A tick holds at once. */
function AskIn({ conversation, onClose }: Props) {
  const agents = useStore((state) => state.agents);
  const me = useStore((state) => state.me);
  const others = [...agents.values()]
    .filter((agent) => agent.id !== me && (agent.is_active || conversation.follower_ids.includes(agent.id)))
    .sort((a, b) => a.name.localeCompare(b.name));
  return (
    <Dialog
      open
      onOpenChange={(isOpen) => !isOpen && onClose()}
      title={t('together.people')}
      description={t('together.people_text')}
      footer={
        <Button look="filled" onClick={onClose}>
          {t('common.done')}
        </Button>
      }
    >
      {others.length === 0 && <p className="text-13 text-muted">{t('together.people_none')}</p>}
      {others.map((agent) => (
        <Checkbox
          key={agent.id}
          label={agent.name}
          hint={absenceText(agent)}
          checked={conversation.follower_ids.includes(agent.id)}
          onCheckedChange={(isIn) => setFollowing(conversation, agent.id, isIn)}
        />
      ))}
    </Dialog>
  );
}

interface Receiver {
  readonly kind: 'agent' | 'team';
  readonly id: Id;
  readonly name: string;
  /** Of somebody who is not simply there. */
  readonly absence?: string;
}

/** To whom, and a note for them. */
function HandOver({ conversation, onClose, onGiven }: Props) {
  const receivers = useReceivers(conversation);
  const [search, setSearch] = useState('');
  const [chosen, setChosen] = useState<Receiver>();
  const [note, setNote] = useState('');
  const [clientId] = useState(newId);
  const submit = useSubmit(['assignee_id', 'team_id']);
  const found = receivers.filter(({ name }) => fold(name).includes(fold(search.trim())));
  const receiver = chosen ?? (search.trim() === '' ? undefined : found[0]);

  async function give(): Promise<void> {
    const isDone = await submit.run(async () => {
      const body = {
        assignee_id: receiver?.kind === 'agent' ? receiver.id : null,
        team_id: receiver?.kind === 'team' ? receiver.id : null,
        note: note.trim() || null,
        client_id: clientId,
      };
      learnDetail(await ask(() => postHandOver(conversation.id, body)));
    });
    if (!isDone || !receiver) return;
    showToast(t('together.given', { name: receiver.name }));
    onClose();
    onGiven();
  }

  return (
    <FormDialog
      title={t('keys.hand_over')}
      action={t('together.give')}
      submit={submit}
      onSubmit={() => void give()}
      onClose={onClose}
    >
      <div className="flex flex-col gap-1">
        <TextField
          label={t('together.to')}
          autoFocus
          autoComplete="off"
          dir="auto"
          value={chosen?.name ?? search}
          onValueChange={(value) => {
            submit.clear('assignee_id');
            setChosen(undefined);
            setSearch(value);
          }}
          error={submit.errors['assignee_id'] ?? submit.errors['team_id']}
        />
        <ul aria-label={t('together.to')} className="max-h-48 overflow-y-auto">
          {found.map((one) => (
            <li key={one.id}>
              <button
                type="button"
                aria-pressed={one.id === receiver?.id}
                onClick={() => setChosen(one)}
                className={cx(
                  'flex min-h-8 w-full items-center gap-3 rounded-md px-2 text-14 hover:bg-hover pointer-coarse:min-h-11',
                  one.id === receiver?.id && 'bg-accent-soft',
                )}
              >
                <ReceiverMark receiver={one} />
                <bdi className="truncate">{one.name}</bdi>
                {one.absence && <span className="ms-auto shrink-0 text-12 text-muted">{one.absence}</span>}
              </button>
            </li>
          ))}
        </ul>
      </div>
      <label className="flex flex-col gap-1.5">
        <span className="text-14 font-medium">{t('together.note')}</span>
        <textarea
          rows={3}
          maxLength={4096}
          dir="auto"
          value={note}
          onChange={(event) => setNote(event.target.value)}
          onKeyDown={(event) => {
            if (event.key !== 'Enter' || !(event.ctrlKey || event.metaKey)) return;
            event.preventDefault();
            event.currentTarget.form?.requestSubmit();
          }}
          className="rounded-md border border-line-strong bg-note px-3 py-2 text-14 outline-offset-1 focus-visible:outline-2 focus-visible:outline-accent pointer-coarse:text-16"
        />
        <span className="text-13 text-muted">{t('together.note_hint')}</span>
      </label>
    </FormDialog>
  );
}

function ReceiverMark({ receiver }: { readonly receiver: Receiver }) {
  const team = useStore((state) => state.teams.get(receiver.id));
  const agent = useStore((state) => state.agents.get(receiver.id));
  if (receiver.kind === 'agent') {
    return (
      <Avatar name={receiver.name} seed={receiver.id} size={20} availability={agent?.availability} ground="raised" />
    );
  }
  return (
    <span className="grid size-5 shrink-0 place-items-center">
      <LabelDot colour={team?.colour ?? 'grey'} className="size-2.5" />
    </span>
  );
}

/** Teams first, then people: whom one can hand it to. */
function useReceivers(conversation: Conversation): Receiver[] {
  const offDuty = useOffDuty();
  const agents = useStore((state) => state.agents);
  const teams = useStore((state) => state.teams);
  const people = [...agents.values()]
    .filter((agent) => agent.is_active && agent.id !== conversation.assignee_id)
    .sort((a, b) => a.name.localeCompare(b.name));
  return [
    ...teamsByName(teams).map(({ id, name }) => ({ kind: 'team' as const, id, name })),
    ...people.map((agent) => ({
      kind: 'agent' as const,
      id: agent.id,
      name: agent.name,
      absence: hindranceText(agent, offDuty),
    })),
  ];
}

import { useState } from 'react';
import { useMay } from '@/shared/api/session';
import type { Id } from '@/shared/api/types';
import { t } from '@/shared/i18n';
import { useStore } from '@/shared/store/store';
import { FormDialog } from '@/shared/ui/FormDialog';
import { Select } from '@/shared/ui/Select';
import { TextField } from '@/shared/ui/TextField';
import { useSubmit } from '@/shared/useSubmit';
import { periodOf } from '../hours/week';
import { fromClock } from '../notifications/clock';
import type { RotaChange, RotaSheet, RotaShift } from '../types';
import { comingShifts, planOn } from './sheet';
import type { RotaEdit } from './useRota';
import { nameOf, whenText } from './words';

export type Wish =
  | { readonly kind: 'off'; readonly agentId: Id; readonly day: string }
  | { readonly kind: 'extra'; readonly agentId: Id; readonly day: string }
  | { readonly kind: 'swap'; readonly agentId: Id; readonly shift: RotaShift };

export interface AskDialogProps {
  readonly wish: Wish;
  readonly sheet: RotaSheet;
  readonly edit: RotaEdit;
  readonly now: number;
  readonly onClose: () => void;
}

/** A day off, an extra shift or a swap: put down by who plans, asked by everybody else. */
export function AskDialog(props: AskDialogProps) {
  const { wish } = props;
  switch (wish.kind) {
    case 'off':
      return <OffDialog {...props} wish={wish} />;
    case 'extra':
      return <ExtraDialog {...props} wish={wish} />;
    case 'swap':
      return <SwapDialog {...props} wish={wish} />;
  }
}

type Of<K extends Wish['kind']> = AskDialogProps & { readonly wish: Extract<Wish, { readonly kind: K }> };

const REASONS = ['', 'holiday', 'ill', 'training', 'private'] as const satisfies readonly RotaChange['reason'][];

function OffDialog({ wish, edit, onClose }: Of<'off'>) {
  const submit = useSubmit(['from_day', 'to_day']);
  const action = useAction();
  const [first, setFirst] = useState(wish.day);
  const [last, setLast] = useState(wish.day);
  const [reason, setReason] = useState<RotaChange['reason']>('');
  const [note, setNote] = useState('');
  const save = async () => {
    const body = { agent_id: wish.agentId, from_day: first, to_day: last, reason, note };
    if (await submit.run(() => edit.ask('days-off', body))) onClose();
  };
  return (
    <FormDialog
      title={t('settings.rota.off')}
      description={<bdi>{nameOf(wish.agentId)}</bdi>}
      action={action}
      submit={submit}
      isDisabled={first === '' || last === ''}
      onSubmit={() => void save()}
      onClose={onClose}
    >
      <div className="grid grid-cols-2 gap-3">
        <TextField type="date" label={t('rota.first_day')} value={first} {...submit.field('from_day', setFirst)} />
        <TextField
          type="date"
          label={t('rota.last_day')}
          min={first}
          value={last}
          {...submit.field('to_day', setLast)}
        />
      </div>
      <Select
        label={t('rota.reason')}
        hint={t('rota.reason_hint')}
        value={reason}
        options={REASONS.map((value) => ({
          value,
          label: t(value === '' ? 'rota.reason_none' : `rota.reason_${value}`),
        }))}
        onValueChange={setReason}
      />
      <Note note={note} onNote={setNote} />
    </FormDialog>
  );
}

function ExtraDialog({ wish, sheet, edit, onClose }: Of<'extra'>) {
  const submit = useSubmit(['day']);
  const action = useAction();
  const [day, setDay] = useState(wish.day);
  const [from, setFrom] = useState('09:00');
  const [to, setTo] = useState('13:00');
  const [note, setNote] = useState('');
  const zone = planOn(day, wish.agentId, sheet.plans)?.zone;
  const [begins, ends] = [fromClock(from), fromClock(to)];
  const save = async () => {
    if (begins === null || ends === null) return;
    const body = { agent_id: wish.agentId, day, ...periodOf(begins, ends), note };
    if (await submit.run(() => edit.ask('extra-shifts', body))) onClose();
  };
  return (
    <FormDialog
      title={t('settings.rota.extra')}
      description={<bdi>{nameOf(wish.agentId)}</bdi>}
      action={action}
      submit={submit}
      isDisabled={day === '' || begins === null || ends === null}
      onSubmit={() => void save()}
      onClose={onClose}
    >
      <TextField
        type="date"
        label={t('rota.day')}
        hint={zone === undefined ? undefined : t('rota.zone_of_plan', { zone: zone.replaceAll('_', ' ') })}
        value={day}
        {...submit.field('day', setDay)}
      />
      <div className="grid grid-cols-2 gap-3">
        <TextField type="time" label={t('rota.begins')} value={from} onValueChange={setFrom} />
        <TextField type="time" label={t('rota.ends')} value={to} onValueChange={setTo} />
      </div>
      <Note note={note} onNote={setNote} />
    </FormDialog>
  );
}

const NOTHING = 'nothing';

function SwapDialog({ wish, sheet, edit, now, onClose }: Of<'swap'>) {
  const submit = useSubmit(['receiver_id']);
  const mayPlan = useMay('rota:manage');
  const action = useAction();
  const colleagues = useColleagues(wish.agentId, sheet);
  const [receiverId, setReceiver] = useState<Id>(colleagues[0] ?? '');
  const [back, setBack] = useState(NOTHING);
  const [note, setNote] = useState('');
  const theirs = comingShifts(receiverId, sheet.shifts, now);
  const save = async () => {
    const inReturn = theirs.find(({ starts_at }) => starts_at === back);
    const body = {
      agent_id: wish.agentId,
      starts_at: wish.shift.starts_at,
      ends_at: wish.shift.ends_at,
      receiver_id: receiverId,
      return_starts_at: inReturn?.starts_at ?? null,
      return_ends_at: inReturn?.ends_at ?? null,
      note,
    };
    if (await submit.run(() => edit.ask('swaps', body))) onClose();
  };
  return (
    <FormDialog
      title={t('settings.rota.swap')}
      description={
        <bdi>
          {nameOf(wish.agentId)} · {whenText(wish.shift)}
        </bdi>
      }
      action={action}
      submit={submit}
      isDisabled={receiverId === ''}
      onSubmit={() => void save()}
      onClose={onClose}
    >
      <Select
        label={t('rota.receiver')}
        hint={mayPlan || receiverId === '' ? undefined : t('rota.swap_asks', { name: nameOf(receiverId) })}
        value={receiverId}
        options={colleagues.map((id) => ({ value: id, label: nameOf(id) }))}
        onValueChange={(id) => {
          setReceiver(id);
          setBack(NOTHING);
          submit.clear('receiver_id');
        }}
      />
      <Select
        label={t('rota.in_return')}
        value={back}
        options={[
          { value: NOTHING, label: t('rota.nothing') },
          ...theirs.map((shift) => ({ value: shift.starts_at, label: whenText(shift) })),
        ]}
        onValueChange={setBack}
      />
      <Note note={note} onNote={setNote} />
    </FormDialog>
  );
}

/** Who could work instead, by name: of one's teams; for who plans, everybody. */
function useColleagues(agentId: Id, sheet: RotaSheet): Id[] {
  const agents = useStore((state) => state.agents);
  const mayPlan = useMay('rota:manage');
  const known = [...agents.values()].filter(({ id, is_active }) => is_active && id !== agentId);
  const able = known.filter(({ id }) => mayPlan || sheet.agent_ids.includes(id));
  return able.sort((a, b) => a.name.localeCompare(b.name)).map(({ id }) => id);
}

function Note({ note, onNote }: { readonly note: string; readonly onNote: (note: string) => void }) {
  return <TextField label={t('rota.note')} maxLength={200} value={note} onValueChange={onNote} />;
}

function useAction(): string {
  return useMay('rota:manage') ? t('common.save') : t('rota.ask');
}

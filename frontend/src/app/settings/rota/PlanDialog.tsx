import { Plus, Trash2, X } from 'lucide-react';
import { useId, useState } from 'react';
import { browserZone } from '@/app/reach/quiet';
import type { Id } from '@/shared/api/types';
import { t } from '@/shared/i18n';
import { useStore } from '@/shared/store/store';
import { Button } from '@/shared/ui/Button';
import { FormDialog } from '@/shared/ui/FormDialog';
import { IconButton } from '@/shared/ui/IconButton';
import { Select } from '@/shared/ui/Select';
import { Switch } from '@/shared/ui/Switch';
import { TextField } from '@/shared/ui/TextField';
import { useSubmit } from '@/shared/useSubmit';
import { PeriodFields } from '../hours/PeriodFields';
import { USUAL_WEEK, WEEKDAYS, withDay, type Week } from '../hours/week';
import { dateText, weekdayName } from '../hours/words';
import type { RotaPlan } from '../types';
import type { Asking } from './Rota';
import { planOn, plansOf } from './sheet';
import type { RotaEdit } from './useRota';
import { nameOf } from './words';

const MOST_WEEKS = 8;

export interface PlanDialogProps {
  readonly asking: Extract<Asking, { readonly kind: 'plan' }>;
  readonly plans: readonly RotaPlan[];
  readonly edit: RotaEdit;
  readonly onClose: () => void;
}

/** The weeks of one agent from a day on: one that repeats, or several that take turns. */
export function PlanDialog({ asking, plans, edit, onClose }: PlanDialogProps) {
  const people = useActive();
  const submit = useSubmit(['from_day', 'zone']);
  const [agentId, setAgentId] = useState<Id>(asking.agentId ?? people[0] ?? '');
  const first = planOn(asking.day, agentId, plans);
  const [day, setDay] = useState(asking.day);
  const [zone, setZone] = useState(first?.zone ?? browserZone());
  const [weeks, setWeeks] = useState<readonly Week[]>(usual(first));
  const [isOn, setOn] = useState(first === undefined || first.weeks.length > 0);
  const zones = useId();
  const choose = (id: Id) => {
    const plan = planOn(day, id, plans);
    setAgentId(id);
    setZone(plan?.zone ?? zone);
    setWeeks(usual(plan));
    setOn(plan === undefined || plan.weeks.length > 0);
  };
  const save = async () => {
    const wish = { from_day: day, zone: zone.trim().replaceAll(' ', '_'), weeks: isOn ? weeks : [] };
    const before = plans.find((plan) => plan.agent_id === agentId && plan.from_day === day);
    if (await submit.run(() => edit.plan(agentId, wish, before))) onClose();
  };
  return (
    <FormDialog
      isWide
      title={asking.agentId === null ? t('settings.rota.plan') : t('rota.plan_title', { name: nameOf(agentId) })}
      submit={submit}
      isDisabled={agentId === '' || day === ''}
      onSubmit={() => void save()}
      onClose={onClose}
    >
      {asking.agentId === null && (
        <Select
          label={t('rota.plan_whom')}
          value={agentId}
          options={people.map((id) => ({ value: id, label: nameOf(id) }))}
          onValueChange={choose}
        />
      )}
      <div className="grid gap-3 sm:grid-cols-2">
        <TextField
          type="date"
          label={t('rota.plan_from')}
          hint={t('rota.plan_from_hint')}
          min="2000-01-01"
          max="2100-12-31"
          value={day}
          {...submit.field('from_day', setDay)}
        />
        <TextField
          label={t('settings.hours.zone')}
          list={zones}
          autoComplete="off"
          value={zone}
          {...submit.field('zone', setZone)}
        />
        <datalist id={zones}>
          {Intl.supportedValuesOf('timeZone').map((one) => (
            <option key={one} value={one} />
          ))}
        </datalist>
      </div>
      <Switch
        label={t('rota.plan_on')}
        hint={t('rota.plan_on_hint')}
        checked={isOn}
        onCheckedChange={(next) => setOn(next)}
      />
      {isOn && <Weeks weeks={weeks} onWeeks={setWeeks} />}
      <Planned plans={plansOf(agentId, plans)} edit={edit} />
    </FormDialog>
  );
}

function usual(plan: RotaPlan | undefined): readonly Week[] {
  return plan === undefined || plan.weeks.length === 0 ? [USUAL_WEEK] : plan.weeks;
}

/** Who works here, by name. */
function useActive(): Id[] {
  const agents = useStore((state) => state.agents);
  const active = [...agents.values()].filter(({ is_active }) => is_active);
  return active.sort((a, b) => a.name.localeCompare(b.name)).map(({ id }) => id);
}

interface WeeksProps {
  readonly weeks: readonly Week[];
  readonly onWeeks: (weeks: readonly Week[]) => void;
}

function Weeks({ weeks, onWeeks }: WeeksProps) {
  const put = (number: number, week: Week) => onWeeks(weeks.map((one, at) => (at === number ? week : one)));
  return (
    <div className="flex flex-col gap-5">
      {weeks.length > 1 && <p className="text-13 text-muted">{t('rota.weeks_turn')}</p>}
      {weeks.map((week, number) => (
        <fieldset key={number} className="min-w-0">
          {weeks.length > 1 && (
            <legend className="flex w-full items-center justify-between gap-3 pb-1 text-14 font-medium">
              {t('rota.week', { number: number + 1 })}
              <IconButton
                icon={X}
                label={`${t('rota.remove_week')}: ${number + 1}`}
                onClick={() => onWeeks(weeks.filter((_, at) => at !== number))}
              />
            </legend>
          )}
          <ul className="divide-y divide-line border-y border-line">
            {WEEKDAYS.map((day) => (
              <li key={day} className="flex gap-x-4 py-1.5 max-md:flex-col">
                <span className="flex min-h-8 w-28 shrink-0 items-center text-14 max-md:min-h-0">
                  {weekdayName(day)}
                </span>
                <PeriodFields
                  day={weeks.length > 1 ? `${weekdayName(day)} (${number + 1})` : weekdayName(day)}
                  none={t('rota.no_shift')}
                  periods={week[day] ?? []}
                  onChange={(periods) => put(number, withDay(week, day, periods))}
                />
              </li>
            ))}
          </ul>
        </fieldset>
      ))}
      {weeks.length < MOST_WEEKS && (
        <Button className="self-start" icon={Plus} onClick={() => onWeeks([...weeks, weeks.at(-1) ?? USUAL_WEEK])}>
          {t('rota.add_week')}
        </Button>
      )}
    </div>
  );
}

/** What stands there already, by its first day. */
function Planned({ plans, edit }: { readonly plans: readonly RotaPlan[]; readonly edit: RotaEdit }) {
  if (plans.length === 0) return null;
  return (
    <section>
      <h3 className="text-14 font-medium">{t('rota.plans')}</h3>
      <ul className="divide-y divide-line">
        {plans.map((plan) => {
          const day = dateText(plan.from_day);
          const count = plan.weeks.length;
          return (
            <li key={plan.from_day} className="flex min-h-9 items-center justify-between gap-3 text-14">
              {count === 0 ? t('rota.plan_since_off', { day }) : t('rota.plan_since', { day, count })}
              <IconButton
                icon={Trash2}
                label={t('rota.delete_plan', { day })}
                onClick={() => void edit.deletePlan(plan)}
              />
            </li>
          );
        })}
      </ul>
    </section>
  );
}

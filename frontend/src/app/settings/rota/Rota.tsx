/** Who works when: the week of everybody one sees, who is on now and next, where nobody is, and what is asked. */
import { CalendarPlus, ChevronLeft, ChevronRight } from 'lucide-react';
import { useEffect, useState } from 'react';
import { useMay } from '@/shared/api/session';
import type { Id } from '@/shared/api/types';
import { useMinute } from '@/shared/format/clock';
import { useStored } from '@/shared/hooks/useStored';
import { t } from '@/shared/i18n';
import { formatDate } from '@/shared/i18n/format';
import { useStore } from '@/shared/store/store';
import { Button } from '@/shared/ui/Button';
import { EmptyState } from '@/shared/ui/EmptyState';
import { IconButton } from '@/shared/ui/IconButton';
import { Select } from '@/shared/ui/Select';
import { teamsByName } from '@/app/teams/teams';
import { Loaded } from '../parts/Loaded';
import type { RotaSheet } from '../types';
import { AskDialog, type Wish } from './AskDialog';
import { DayList } from './DayList';
import { Gaps } from './Gaps';
import { OnNow } from './OnNow';
import { PlanDialog } from './PlanDialog';
import { Requests } from './Requests';
import { weekOf, type Day } from './sheet';
import { useRotaEdit, useRotaNow, useRotaSheet } from './useRota';
import { WeekGrid } from './WeekGrid';
import { nameOf } from './words';
import { RotaHeader } from './RotaHeader';

const EVERYBODY = 'all';
const MINE = 'mine';

/** What a press on a day or a shift is about to do. */
export type Asking = Wish | { readonly kind: 'plan'; readonly agentId: Id | null; readonly day: string };

export default function Rota() {
  const now = useMinute();
  const [weeksOn, setWeeksOn] = useState(0);
  const days = weekOf(now, weeksOn);
  const query = useRotaSheet(days);
  useEffect(() => {
    document.title = t('shell.title', { title: t('shell.rota') });
  }, []);
  return (
    <main className="flex min-h-0 min-w-0 flex-1 flex-col bg-surface">
      <RotaHeader />
      <div className="min-h-0 flex-1 overflow-y-auto px-4 py-6 md:px-8">
        <Loaded query={query} lines={8}>
          {(sheet) => <Screen sheet={sheet} days={days} now={now} weeksOn={weeksOn} onWeeks={setWeeksOn} />}
        </Loaded>
      </div>
    </main>
  );
}

interface ScreenProps {
  readonly sheet: RotaSheet;
  readonly days: readonly Day[];
  readonly now: number;
  readonly weeksOn: number;
  readonly onWeeks: (weeksOn: number) => void;
}

function Screen({ sheet, days, now, weeksOn, onWeeks }: ScreenProps) {
  const mayPlan = useMay('rota:manage');
  const [who, setWho] = useStored('threadline-rota-who', EVERYBODY as string);
  const [asking, setAsking] = useState<Asking | null>(null);
  const edit = useRotaEdit();
  const current = useRotaNow();
  const agentIds = useShown(sheet, who);
  const monday = days[0];
  const close = () => setAsking(null);
  return (
    <div className="flex flex-col gap-5">
      <div className="flex flex-wrap items-center gap-x-3 gap-y-2">
        <div className="min-w-0 flex-1 basis-60">
          <h1 className="text-20 font-semibold">{t('shell.rota')}</h1>
          <p className="text-14 text-muted">{t('rota.text')}</p>
        </div>
        {mayPlan && (
          <Button
            look="filled"
            icon={CalendarPlus}
            onClick={() => setAsking({ kind: 'plan', agentId: null, day: monday?.key ?? '' })}
          >
            {t('settings.rota.plan')}
          </Button>
        )}
      </div>
      {current.data && <OnNow current={current.data} now={now} />}
      <Requests changes={sheet.changes} edit={edit} now={now} />
      <Gaps gaps={sheet.gaps} now={now} />
      {sheet.agent_ids.length === 0 ? (
        <EmptyState title={t('rota.empty')} text={t('rota.empty_text')} />
      ) : (
        <>
          <div className="flex flex-wrap items-center gap-x-2 gap-y-2">
            <IconButton icon={ChevronLeft} label={t('rota.before')} onClick={() => onWeeks(weeksOn - 1)} />
            <IconButton icon={ChevronRight} label={t('rota.after')} onClick={() => onWeeks(weeksOn + 1)} />
            <h2 aria-live="polite" className="text-16 font-semibold">
              {weekText(days)}
            </h2>
            {weeksOn !== 0 && (
              <Button look="plain" onClick={() => onWeeks(0)}>
                {t('rota.this_week')}
              </Button>
            )}
            <span className="flex-1" />
            <WhoSelect who={who} sheet={sheet} onWho={setWho} />
          </div>
          <WeekGrid
            className="max-md:hidden"
            sheet={sheet}
            days={days}
            agentIds={agentIds}
            now={now}
            edit={edit}
            onAsk={setAsking}
          />
          <DayList
            className="md:hidden"
            sheet={sheet}
            days={days}
            agentIds={agentIds}
            now={now}
            edit={edit}
            onAsk={setAsking}
          />
        </>
      )}
      {asking?.kind === 'plan' && <PlanDialog asking={asking} plans={sheet.plans} edit={edit} onClose={close} />}
      {asking !== null && asking.kind !== 'plan' && (
        <AskDialog wish={asking} sheet={sheet} edit={edit} now={now} onClose={close} />
      )}
    </div>
  );
}

function weekText(days: readonly Day[]): string {
  const text = (day: Day | undefined) =>
    formatDate(new Date(day?.start ?? 0), { day: 'numeric', month: 'short', year: 'numeric' });
  return t('rota.week_of', { first: text(days[0]), last: text(days.at(-1)) });
}

/** Whose lines stand there, by name, oneself first. */
function useShown(sheet: RotaSheet, who: string): Id[] {
  const me = useStore((state) => state.me);
  const members = useStore((state) => state.teams.get(who)?.member_ids);
  const agents = useStore((state) => state.agents);
  const isShown = (id: Id) => (who === MINE ? id === me : members === undefined || members.includes(id));
  return sheet.agent_ids
    .filter((id) => agents.has(id) && isShown(id))
    .sort((a, b) => Number(b === me) - Number(a === me) || nameOf(a).localeCompare(nameOf(b)));
}

interface WhoSelectProps {
  readonly who: string;
  readonly sheet: RotaSheet;
  readonly onWho: (who: string) => void;
}

function WhoSelect({ who, sheet, onWho }: WhoSelectProps) {
  const me = useStore((state) => state.me);
  const teams = useStore((state) => state.teams);
  const own = teamsByName(teams).filter(({ member_ids }) => member_ids.some((id) => sheet.agent_ids.includes(id)));
  const options = [
    { value: EVERYBODY, label: t('rota.everybody') },
    ...(sheet.agent_ids.includes(me) ? [{ value: MINE, label: t('rota.only_me') }] : []),
    ...own.map(({ id, name }) => ({ value: id, label: name })),
  ];
  const value = options.some((option) => option.value === who) ? who : EVERYBODY;
  return <Select label={t('rota.who')} isLabelHidden value={value} options={options} onValueChange={onWho} />;
}

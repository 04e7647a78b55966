import { CalendarPlus, Pencil, Trash2, Upload } from 'lucide-react';
import { useRef, useState } from 'react';
import { request } from '@/shared/api/http';
import { t } from '@/shared/i18n';
import { problemText } from '@/shared/problem';
import { Button } from '@/shared/ui/Button';
import { Dialog } from '@/shared/ui/Dialog';
import { FormDialog } from '@/shared/ui/FormDialog';
import { IconButton } from '@/shared/ui/IconButton';
import { Switch } from '@/shared/ui/Switch';
import { TextField } from '@/shared/ui/TextField';
import { showToast } from '@/shared/ui/Toast';
import { useSubmit } from '@/shared/useSubmit';
import { Block } from '../parts/Page';
import { Row, Rows } from '../parts/Rows';
import type { Calendar, FoundDays, SpecialDay } from '../types';
import { PeriodFields } from './PeriodFields';
import type { CalendarEdit } from './useCalendars';
import { datesOf, runsOf, type DayRun } from './week';
import { hoursText, runText } from './words';

const LARGEST_BYTES = 900_000;

/** Days off and days with hours of their own: by hand, or from a file of holidays. */
export function SpecialDays({ calendar, edit }: { readonly calendar: Calendar; readonly edit: CalendarEdit }) {
  const [edited, setEdited] = useState<DayRun>();
  const [isAdding, setAdding] = useState(false);
  const [showsPast, setShowsPast] = useState(false);
  const today = calendar.next_days[0]?.day ?? '';
  const runs = runsOf(calendar.special_days);
  const coming = runs.filter(({ last }) => last >= today);
  const shown = showsPast ? runs : coming;
  return (
    <Block title={t('settings.hours.special')} text={t('settings.hours.special_text')}>
      {shown.length > 0 && (
        <Rows label={t('settings.hours.special')}>
          {shown.map((run) => (
            <Row
              key={run.first}
              title={<bdi className="min-w-0 break-words">{run.name || runText(run)}</bdi>}
              text={`${run.name ? `${runText(run)} · ` : ''}${hoursText(run.periods)}`}
              end={
                <>
                  <IconButton
                    icon={Pencil}
                    label={t('settings.hours.edit_day', { day: run.name || runText(run) })}
                    onClick={() => setEdited(run)}
                  />
                  <IconButton
                    icon={Trash2}
                    label={t('settings.hours.delete_day', { day: run.name || runText(run) })}
                    onClick={() => void edit.change({ remove_days: datesOf(run.first, run.last) })}
                  />
                </>
              }
            />
          ))}
        </Rows>
      )}
      <div className="flex flex-wrap gap-2">
        <Button icon={CalendarPlus} onClick={() => setAdding(true)}>
          {t('settings.hours.add_day')}
        </Button>
        <FromFile calendar={calendar} edit={edit} />
        {coming.length < runs.length && !showsPast && (
          <Button look="plain" onClick={() => setShowsPast(true)}>
            {t('settings.hours.show_past', { count: runs.length - coming.length })}
          </Button>
        )}
      </div>
      {isAdding && <DayForm edit={edit} onClose={() => setAdding(false)} />}
      {edited !== undefined && (
        <DayForm key={edited.first} run={edited} edit={edit} onClose={() => setEdited(undefined)} />
      )}
    </Block>
  );
}

interface DayFormProps {
  /** Absent: a new one is made. */
  readonly run?: DayRun;
  readonly edit: CalendarEdit;
  readonly onClose: () => void;
}

function DayForm({ run, edit, onClose }: DayFormProps) {
  const [first, setFirst] = useState(run?.first ?? '');
  const [last, setLast] = useState(run === undefined || run.last === run.first ? '' : run.last);
  const [name, setName] = useState(run?.name ?? '');
  const [periods, setPeriods] = useState(run?.periods ?? []);
  const submit = useSubmit(['first', 'last']);
  const dates = datesOf(first, last || first);

  async function save(): Promise<void> {
    if (dates.length === 0) return;
    const gone = run === undefined ? [] : datesOf(run.first, run.last).filter((date) => !dates.includes(date));
    const set_days = dates.map((day) => ({ day, name: name.trim(), periods: [...periods] }));
    let isSaved = false;
    await submit.run(async () => {
      isSaved = await edit.change({ set_days, remove_days: gone });
    });
    if (isSaved) onClose();
  }

  return (
    <FormDialog
      title={run === undefined ? t('settings.hours.add_day') : t('settings.hours.edit_day_title')}
      submit={submit}
      isDisabled={dates.length === 0}
      onSubmit={() => void save()}
      onClose={onClose}
    >
      <TextField
        label={t('settings.hours.day_name')}
        autoFocus
        maxLength={100}
        autoComplete="off"
        dir="auto"
        value={name}
        onValueChange={setName}
      />
      <div className="grid grid-cols-2 gap-3">
        <TextField
          type="date"
          label={t('settings.hours.day_first')}
          required
          min="2000-01-01"
          max="2100-12-31"
          value={first}
          onValueChange={setFirst}
        />
        <TextField
          type="date"
          label={t('settings.hours.day_last')}
          min={first || '2000-01-01'}
          max="2100-12-31"
          value={last}
          onValueChange={setLast}
        />
      </div>
      <Switch
        label={t('settings.hours.day_off')}
        hint={t('settings.hours.day_off_hint')}
        checked={periods.length === 0}
        onCheckedChange={(isOff) => setPeriods(isOff ? [] : [{ from_minute: 9 * 60, to_minute: 13 * 60 }])}
      />
      {periods.length > 0 && (
        <PeriodFields day={name || t('settings.hours.this_day')} periods={periods} onChange={setPeriods} />
      )}
    </FormDialog>
  );
}

/** A file of dates is read by the server and shown first; nothing is kept until somebody says so. */
function FromFile({ calendar, edit }: { readonly calendar: Calendar; readonly edit: CalendarEdit }) {
  const field = useRef<HTMLInputElement>(null);
  const [isReading, setReading] = useState(false);
  const [found, setFound] = useState<FoundDays>();

  async function read(file: File | undefined): Promise<void> {
    if (file === undefined) return;
    if (file.size > LARGEST_BYTES) return showToast(t('settings.hours.file_too_large'), { isError: true });
    setReading(true);
    try {
      const body = { text: await file.text() };
      setFound(await request<FoundDays>('POST', `/api/calendars/${calendar.id}/read-file`, { body }));
    } catch (reason) {
      showToast(problemText(reason), { isError: true });
    }
    setReading(false);
  }

  return (
    <>
      <Button icon={Upload} isBusy={isReading} onClick={() => field.current?.click()}>
        {t('settings.hours.from_file')}
      </Button>
      <input
        ref={field}
        type="file"
        accept=".ics,.ical,text/calendar"
        aria-label={t('settings.hours.file')}
        className="hidden"
        onChange={(event) => {
          void read(event.currentTarget.files?.[0]);
          event.currentTarget.value = '';
        }}
      />
      {found !== undefined && (
        <FoundDialog
          found={found}
          onClose={() => setFound(undefined)}
          onAdd={() =>
            void edit.change({ set_days: found.special_days }).then((isSaved) => isSaved && setFound(undefined))
          }
        />
      )}
    </>
  );
}

interface FoundDialogProps {
  readonly found: FoundDays;
  readonly onAdd: () => void;
  readonly onClose: () => void;
}

function FoundDialog({ found, onAdd, onClose }: FoundDialogProps) {
  const count = found.special_days.length;
  return (
    <Dialog
      open
      onOpenChange={(isOpen) => !isOpen && onClose()}
      title={count === 0 ? t('settings.hours.found_none') : t('settings.hours.found', { count })}
      description={count === 0 ? t('settings.hours.found_none_text') : t('settings.hours.found_text')}
      footer={
        <>
          <Button look="plain" onClick={onClose}>
            {count === 0 ? t('common.close') : t('common.cancel')}
          </Button>
          {count > 0 && (
            <Button look="filled" onClick={onAdd}>
              {t('settings.hours.found_add', { count })}
            </Button>
          )}
        </>
      }
    >
      {found.unread_count > 0 && (
        <p className="text-14 text-warn">{t('settings.hours.found_unread', { count: found.unread_count })}</p>
      )}
      {count > 0 && <FoundList days={found.special_days} />}
    </Dialog>
  );
}

function FoundList({ days }: { readonly days: readonly SpecialDay[] }) {
  return (
    <Rows label={t('settings.hours.special')}>
      {runsOf(days).map((run) => (
        <Row
          key={run.first}
          title={<bdi className="min-w-0 break-words">{run.name || runText(run)}</bdi>}
          text={`${run.name ? `${runText(run)} · ` : ''}${hoursText(run.periods)}`}
        />
      ))}
    </Rows>
  );
}

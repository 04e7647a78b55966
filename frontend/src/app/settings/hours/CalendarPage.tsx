import { useId, useState } from 'react';
import { useLocation } from 'wouter';
import { paths } from '@/app/paths';
import { request } from '@/shared/api/http';
import { useMinute } from '@/shared/format/clock';
import { t } from '@/shared/i18n';
import { formatDate, formatList } from '@/shared/i18n/format';
import { useStore } from '@/shared/store/store';
import { Button } from '@/shared/ui/Button';
import { cx } from '@/shared/ui/cx';
import { ConfirmDialog } from '@/shared/ui/Dialog';
import { EmptyState } from '@/shared/ui/EmptyState';
import { Switch } from '@/shared/ui/Switch';
import { showToast } from '@/shared/ui/Toast';
import { act } from '../act';
import { Loaded } from '../parts/Loaded';
import { Block, Page } from '../parts/Page';
import { SavedField } from '../parts/SavedField';
import type { Calendar } from '../types';
import { SpecialDays } from './SpecialDays';
import { useCalendarEdit, useCalendars, type CalendarEdit } from './useCalendars';
import { WeekBlock } from './WeekBlock';
import { hoursText, nowText, usersOf } from './words';

/** Business hours: their week, their special days, who goes by them, and the two weeks ahead as they will be. */
export function CalendarPage({ calendarId }: { readonly calendarId: string }) {
  const query = useCalendars();
  const calendar = query.data?.find(({ id }) => id === calendarId);
  const now = useMinute();
  return (
    <Page
      title={calendar?.name ?? t('settings.hours.title')}
      text={calendar && nowText(calendar, now)}
      above={[{ label: t('settings.hours.title'), href: paths.settings('hours') }]}
      aside={calendar && <Ahead calendar={calendar} />}
    >
      <Loaded query={query}>
        {() =>
          calendar === undefined ? (
            <EmptyState title={t('settings.hours.gone')} text={t('settings.hours.gone_text')} />
          ) : (
            <Blocks key={calendar.id} calendar={calendar} />
          )
        }
      </Loaded>
    </Page>
  );
}

function Blocks({ calendar }: { readonly calendar: Calendar }) {
  const edit = useCalendarEdit(calendar);
  return (
    <>
      <Names calendar={calendar} edit={edit} />
      <WeekBlock calendar={calendar} edit={edit} />
      <SpecialDays calendar={calendar} edit={edit} />
      <UsersBlock calendar={calendar} />
    </>
  );
}

function Names({ calendar, edit }: { readonly calendar: Calendar; readonly edit: CalendarEdit }) {
  const zones = useId();
  const saved = async (change: { name: string } | { zone: string }, undo: { name: string } | { zone: string }) => {
    await edit.patch(change);
    showToast(t('common.saved'), { undo: () => void act(() => edit.patch(undo)) });
  };
  return (
    <>
      <SavedField
        label={t('settings.hours.name')}
        field="name"
        maxLength={100}
        dir="auto"
        value={calendar.name}
        onSave={(name) => saved({ name }, { name: calendar.name })}
      />
      <SavedField
        label={t('settings.hours.zone')}
        hint={t('settings.hours.zone_hint')}
        field="zone"
        list={zones}
        dir="ltr"
        autoComplete="off"
        maxLength={100}
        value={calendar.zone}
        onSave={(zone) => saved({ zone: zone.replaceAll(' ', '_') }, { zone: calendar.zone })}
      />
      <datalist id={zones}>
        {Intl.supportedValuesOf('timeZone').map((zone) => (
          <option key={zone} value={zone} />
        ))}
      </datalist>
      <Switch
        label={t('settings.hours.default')}
        hint={t('settings.hours.default_hint')}
        checked={calendar.is_default}
        onCheckedChange={(is_default) => void edit.change({ is_default })}
      />
    </>
  );
}

/** The next fourteen days, as they will be. */
function Ahead({ calendar }: { readonly calendar: Calendar }) {
  return (
    <section aria-labelledby="ahead">
      <h2 id="ahead" className="border-b border-line pb-3 text-14 font-semibold">
        {t('settings.hours.ahead')}
      </h2>
      <dl>
        {calendar.next_days.map(({ day, name, is_special, periods }) => (
          <div key={day} className="flex justify-between gap-4 border-b border-line py-2 text-13">
            <dt className={cx('shrink-0', is_special ? 'font-medium' : 'text-muted')}>
              {formatDate(new Date(`${day}T12:00:00Z`), {
                weekday: 'short',
                day: 'numeric',
                month: 'short',
                timeZone: 'UTC',
              })}
            </dt>
            <dd className={cx('tabular min-w-0 text-end break-words', periods.length === 0 && 'text-muted')}>
              {hoursText(periods)}
              {name !== '' && <bdi className="block text-12 text-muted">{name}</bdi>}
            </dd>
          </div>
        ))}
      </dl>
    </section>
  );
}

function UsersBlock({ calendar }: { readonly calendar: Calendar }) {
  const [, go] = useLocation();
  const [isAsking, setAsking] = useState(false);
  useStore((state) => state.teams); // their names
  const users = usersOf(calendar);

  async function remove(): Promise<void> {
    setAsking(false);
    const isDone = await act(() => request('DELETE', `/api/calendars/${calendar.id}`), {
      done: t('settings.hours.deleted', { name: calendar.name }),
      undo: () =>
        void act(() => request('POST', `/api/calendars/${calendar.id}/restore`), { done: t('settings.hours.undone') }),
    });
    if (isDone) go(paths.settings('hours'));
  }

  return (
    <Block
      title={t('settings.hours.users')}
      text={users.length === 0 ? t('settings.hours.users_none') : formatList(users)}
    >
      <p className="text-13 text-muted">{t('settings.hours.users_hint')}</p>
      <Button look="danger" className="self-start" onClick={() => setAsking(true)}>
        {t('settings.hours.delete')}
      </Button>
      <ConfirmDialog
        open={isAsking}
        onOpenChange={setAsking}
        title={t('settings.hours.delete_title', { name: calendar.name })}
        description={<WhatFollows calendar={calendar} users={users} />}
        action={t('settings.hours.delete')}
        onConfirm={() => void remove()}
      />
    </Block>
  );
}

function WhatFollows({ calendar, users }: { readonly calendar: Calendar; readonly users: readonly string[] }) {
  return (
    <>
      {users.length > 0 && (
        <span className="block">{t('settings.hours.delete_used', { users: formatList(users) })}</span>
      )}
      {calendar.is_default && <span className="block">{t('settings.hours.delete_default')}</span>}
      {users.length === 0 && !calendar.is_default && t('settings.hours.delete_unused')}
    </>
  );
}

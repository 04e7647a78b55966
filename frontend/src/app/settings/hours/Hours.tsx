import { ChevronRight, Clock, Plus } from 'lucide-react';
import { useState } from 'react';
import { Link, useLocation } from 'wouter';
import { paths } from '@/app/paths';
import { browserZone } from '@/app/reach/quiet';
import { request } from '@/shared/api/http';
import { useMinute } from '@/shared/format/clock';
import { t } from '@/shared/i18n';
import { formatList } from '@/shared/i18n/format';
import { useStore } from '@/shared/store/store';
import { Badge } from '@/shared/ui/Badge';
import { Button } from '@/shared/ui/Button';
import { EmptyState } from '@/shared/ui/EmptyState';
import { FormDialog } from '@/shared/ui/FormDialog';
import { TextField } from '@/shared/ui/TextField';
import { useSubmit } from '@/shared/useSubmit';
import { Loaded } from '../parts/Loaded';
import { Page } from '../parts/Page';
import { Row, Rows } from '../parts/Rows';
import type { Calendar } from '../types';
import { useCalendars } from './useCalendars';
import { USUAL_WEEK } from './week';
import { nowText, usersOf } from './words';

/** All business hours of the workspace, each under its name, and how it is now. */
export function Hours() {
  const calendars = useCalendars();
  const [isCreating, setCreating] = useState(false);
  return (
    <Page
      group={t('settings.group.workspace')}
      title={t('settings.hours.title')}
      text={t('settings.hours.text')}
      action={
        <Button icon={Plus} onClick={() => setCreating(true)}>
          {t('settings.hours.create')}
        </Button>
      }
    >
      <Loaded query={calendars}>
        {(items) =>
          items.length === 0 ? (
            <EmptyState title={t('settings.hours.none')} text={t('settings.hours.none_text')} />
          ) : (
            <Rows label={t('settings.hours.title')}>
              {items.map((calendar) => (
                <CalendarRow key={calendar.id} calendar={calendar} />
              ))}
            </Rows>
          )
        }
      </Loaded>
      {isCreating && <CreateDialog isFirst={calendars.data?.length === 0} onClose={() => setCreating(false)} />}
    </Page>
  );
}

function CalendarRow({ calendar }: { readonly calendar: Calendar }) {
  const now = useMinute();
  useStore((state) => state.teams); // their names
  const users = usersOf(calendar);
  return (
    <Row
      start={<Clock aria-hidden size={16} strokeWidth={1.75} className="text-muted" />}
      title={
        <Link
          href={paths.settings(`hours/${calendar.id}`)}
          className="truncate text-ink after:absolute after:inset-0 hover:underline"
        >
          <bdi>{calendar.name}</bdi>
        </Link>
      }
      text={
        <>
          {nowText(calendar, now)}
          {users.length > 0 && <span className="block">{formatList(users)}</span>}
        </>
      }
      end={
        <>
          {calendar.is_default && <Badge>{t('settings.hours.is_default')}</Badge>}
          <ChevronRight aria-hidden size={16} strokeWidth={1.75} className="text-muted rtl:-scale-x-100" />
        </>
      }
    />
  );
}

interface CreateDialogProps {
  /** The first ones are everybody's at once. */
  readonly isFirst: boolean;
  readonly onClose: () => void;
}

function CreateDialog({ isFirst, onClose }: CreateDialogProps) {
  const [name, setName] = useState('');
  const [, go] = useLocation();
  const submit = useSubmit(['name']);

  async function save(): Promise<void> {
    await submit.run(async () => {
      const body = { name: name.trim(), zone: browserZone(), week: USUAL_WEEK, is_default: isFirst };
      const made = await request<Calendar>('POST', '/api/calendars', { body });
      go(paths.settings(`hours/${made.id}`));
    });
  }

  return (
    <FormDialog
      title={t('settings.hours.create')}
      description={t('settings.hours.create_text')}
      submit={submit}
      onSubmit={() => void save()}
      onClose={onClose}
    >
      <TextField
        label={t('settings.hours.name')}
        placeholder={t('settings.hours.name_example')}
        required
        autoFocus
        maxLength={100}
        autoComplete="off"
        dir="auto"
        value={name}
        {...submit.field('name', setName)}
      />
    </FormDialog>
  );
}

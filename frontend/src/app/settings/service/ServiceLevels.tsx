import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Pencil, Plus, Trash2 } from 'lucide-react';
import { useState } from 'react';
import { conditionsOf } from '@/app/filters/filter';
import { request } from '@/shared/api/http';
import { t } from '@/shared/i18n';
import { Badge } from '@/shared/ui/Badge';
import { Button } from '@/shared/ui/Button';
import { EmptyState } from '@/shared/ui/EmptyState';
import { IconButton } from '@/shared/ui/IconButton';
import { Select } from '@/shared/ui/Select';
import { act } from '../act';
import { Loaded } from '../parts/Loaded';
import { moved } from '../parts/order';
import { OrderedRows } from '../parts/OrderedRows';
import { Block, Page } from '../parts/Page';
import { workspaceQuery } from '../SendingBanner';
import type { ServiceLevel, ServiceLevelList } from '../types';
import { LevelDialog } from './LevelDialog';
import { spanText, targetText } from './target';
import { useLevelChanges, useServiceLevels } from './useServiceLevels';

/** What is promised to whom: the first one that matches a conversation wins, so their order is what counts. */
export default function ServiceLevels() {
  const levels = useServiceLevels();
  const changes = useLevelChanges();
  const [edited, setEdited] = useState<ServiceLevel | 'new' | null>(null);
  return (
    <Page
      group={t('settings.group.workspace')}
      title={t('settings.service.title')}
      text={t('service.text')}
      action={
        <Button icon={Plus} onClick={() => setEdited('new')}>
          {t('settings.service.create')}
        </Button>
      }
    >
      <Loaded query={levels}>
        {(list) =>
          list.items.length === 0 ? (
            <EmptyState title={t('service.none')} text={t('service.none_text')} />
          ) : (
            <>
              <Recount list={list} />
              <LevelRows items={list.items} changes={changes} onEdit={setEdited} />
            </>
          )
        }
      </Loaded>
      <WindowReminder />
      {edited !== null && (
        <LevelDialog level={edited === 'new' ? undefined : edited} changes={changes} onClose={() => setEdited(null)} />
      )}
    </Page>
  );
}

/** After a change the clocks of those who wait are counted again; nobody has to stay for it. */
function Recount({ list: { recount } }: { readonly list: ServiceLevelList }) {
  return (
    <div role="status" className="empty:hidden">
      {recount !== null && recount.total > 0 && (
        <div className="flex flex-col gap-1.5 text-13 text-muted">
          {t('service.recount', { done: recount.done, total: recount.total })}
          <span className="h-1 overflow-hidden rounded-full bg-hover">
            <span className="block h-full bg-accent" style={{ width: `${(100 * recount.done) / recount.total}%` }} />
          </span>
        </div>
      )}
    </div>
  );
}

interface LevelRowsProps {
  readonly items: readonly ServiceLevel[];
  readonly changes: ReturnType<typeof useLevelChanges>;
  readonly onEdit: (level: ServiceLevel) => void;
}

function LevelRows({ items, changes, onEdit }: LevelRowsProps) {
  async function move(from: number, to: number): Promise<void> {
    const level = items[from];
    const next = moved(items, from, to);
    if (next === items || level === undefined) return;
    const before = items.map(({ id }) => id);
    await act(() => changes.order(next.map(({ id }) => id)), {
      done: t('service.moved', { name: level.name, place: to + 1, count: items.length }),
      undo: () => void act(() => changes.order(before)),
    });
  }

  async function remove(level: ServiceLevel, place: number): Promise<void> {
    await act(() => changes.remove(level.id), {
      done: t('service.deleted', { name: level.name }),
      undo: () => void act(() => changes.restore(level, place)),
    });
  }

  return (
    <OrderedRows
      label={t('settings.service.title')}
      items={items}
      words={({ name }) => ({
        move: t('service.move', { name }),
        hint: t('service.move_hint'),
        up: t('service.up', { name }),
        down: t('service.down', { name }),
      })}
      onMove={(from, to) => void move(from, to)}
    >
      {(level, place) => ({
        body: (
          <>
            <div className="flex min-w-0 items-center gap-2 text-14 font-medium">
              <bdi className="truncate">{level.name}</bdi>
              {level.late_count > 0 && <Badge state="danger">{t('service.late', { count: level.late_count })}</Badge>}
            </div>
            <div className="text-13 break-words text-muted">{promiseText(level)}</div>
            <div className="text-13 text-muted">{whomText(level, place === items.length - 1)}</div>
          </>
        ),
        end: (
          <>
            <IconButton icon={Pencil} label={t('service.edit', { name: level.name })} onClick={() => onEdit(level)} />
            <IconButton
              icon={Trash2}
              label={t('service.delete', { name: level.name })}
              onClick={() => void remove(level, place)}
            />
          </>
        ),
      })}
    </OrderedRows>
  );
}

function promiseText({ first_reply: first, next_reply: next, resolution }: ServiceLevel): string {
  const parts = [
    first && t('service.first_in', { span: targetText(first) }),
    next && t('service.next_in', { span: targetText(next) }),
    resolution && t('service.resolved_in', { span: targetText(resolution) }),
  ];
  return parts.filter(Boolean).join(' · ');
}

function whomText({ filter }: ServiceLevel, isLast: boolean): string {
  const count = conditionsOf(filter).length;
  if (count > 0) return t('service.conditions', { count });
  return isLast ? t('service.everybody') : t('service.everybody_and_none_below');
}

const REMINDERS_MIN = [0, 15, 30, 60, 120, 240] as const;

function WindowReminder() {
  const queries = useQueryClient();
  const query = useQuery(workspaceQuery);
  const minutes = query.data?.settings.window_reminder_min ?? 60;

  async function change(window_reminder_min: number): Promise<void> {
    const save = (value: number) => async () => {
      await request('PATCH', '/api/workspace', { body: { settings: { window_reminder_min: value } } });
      await queries.invalidateQueries({ queryKey: ['workspace'] });
    };
    await act(save(window_reminder_min), { done: t('common.saved'), undo: () => void act(save(minutes)) });
  }

  const options: readonly number[] = REMINDERS_MIN.includes(minutes as 60)
    ? REMINDERS_MIN
    : [...REMINDERS_MIN, minutes];
  return (
    <Block title={t('service.windows')} text={t('service.windows_text')}>
      <Select
        label={t('settings.service.reminder')}
        className="max-w-72"
        value={String(minutes)}
        disabled={query.data === undefined}
        options={options.map((one) => ({
          value: String(one),
          label: one === 0 ? t('service.no_reminder') : spanText(one),
        }))}
        onValueChange={(value) => void change(Number(value))}
      />
    </Block>
  );
}

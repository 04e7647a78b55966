/** What is done with the chosen rows: assign, label, resolve, snooze, priority, stage; and how far it is. */
import { AlarmClock, CheckCheck, Ellipsis, Flag, RotateCcw, Signpost, Tag, UserPlus, X, Zap } from 'lucide-react';
import { lazy, Suspense, useEffect, useState } from 'react';
import { countConversations } from '@/shared/api/calls';
import { useSignedIn } from '@/shared/api/session';
import type { BulkInput, Id } from '@/shared/api/types';
import { t } from '@/shared/i18n';
import { formatNumber } from '@/shared/i18n/format';
import { runCommand, useCommands } from '@/shared/keys/keyboard';
import { usePreferences } from '@/shared/preferences';
import type { ListQuery } from '@/shared/store/state';
import { useStore } from '@/shared/store/store';
import { IconButton } from '@/shared/ui/IconButton';
import { Menu, MenuGroup, MenuItem } from '@/shared/ui/Menu';
import { LabelMenu } from '../labels/LabelMenu';
import { catchTyped } from '../macros/open';
import { importMacros } from '../routes';
import { useStages } from '../stages/useStages';
import { teamsByName } from '../teams/teams';
import { snoozePresets } from '../thread/snooze';
import { giveOrder, useRunningOrder } from './orders';
import { OrderProgress } from './OrderProgress';
import { isEmpty, type Selection } from './selection';

const MacroPalette = lazy(importMacros);

export interface BulkBarProps {
  readonly query: ListQuery;
  readonly selection: Selection;
  /** Everything that is loaded is chosen, and there is more. */
  readonly mayTakeAll: boolean;
  readonly onAll: () => void;
  readonly onClear: () => void;
}

export default function BulkBar({ query, selection, mayTakeAll, onAll, onClear }: BulkBarProps) {
  const running = useRunningOrder('conversations');
  const total = useTotal(query, mayTakeAll || selection.isAll);
  if (running !== null) {
    return (
      <Bar>
        <OrderProgress order={running} label={t('bulk.progress')} />
      </Bar>
    );
  }
  if (isEmpty(selection)) return null;
  const give = async (order: BulkInput['order']) => {
    if (await giveOrder({ order, ...meant(query, selection) })) onClear();
  };
  const number = selection.isAll ? (total ?? '') : formatNumber(selection.ids.size);
  return (
    <Bar>
      <span className="flex min-w-0 flex-1 flex-col">
        <span role="status" className="tabular truncate text-13 font-medium">
          {t('bulk.chosen', { count: selection.isAll ? 99 : selection.ids.size, number })}
        </span>
        {mayTakeAll && !selection.isAll && (
          <button type="button" className="w-fit text-12 text-accent hover:underline" onClick={onAll}>
            {t('bulk.take_all', { number: total ?? '' })}
          </button>
        )}
      </span>
      <Assign
        onChoose={(assignee_id) => void give({ kind: 'assign', assignee_id })}
        onTeam={(team_id) => void give({ kind: 'team', team_id })}
      />
      <Labels onChoose={(id) => void give({ kind: 'labels', add: [id], remove: [] })} />
      {query.view === 'resolved' ? (
        <IconButton
          icon={RotateCcw}
          label={t('bulk.reopen')}
          onClick={() => void give({ kind: 'state', state: 'open' })}
        />
      ) : (
        <>
          <Snooze onChoose={(until) => void give({ kind: 'snooze', until })} />
          <IconButton
            icon={CheckCheck}
            label={t('bulk.resolve')}
            onClick={() => void give({ kind: 'state', state: 'resolved' })}
          />
        </>
      )}
      <Macros number={number} onRun={(macro_id) => void give({ kind: 'macro', macro_id })} />
      <More give={(order) => void give(order)} />
      <IconButton icon={X} label={t('bulk.clear')} keyName="Escape" onClick={onClear} />
    </Bar>
  );
}

function Bar({ children }: { readonly children: React.ReactNode }) {
  return (
    <div
      role="toolbar"
      aria-label={t('bulk.title')}
      className="absolute inset-x-2 bottom-2 z-10 flex min-h-12 items-center gap-1 rounded-lg border border-line bg-raised ps-3 pe-1 shadow-float"
    >
      {children}
    </div>
  );
}

interface AssignProps {
  readonly onChoose: (id: Id | null) => void;
  readonly onTeam: (id: Id | null) => void;
}

function Assign({ onChoose, onTeam }: AssignProps) {
  const agents = useStore((state) => state.agents);
  const teams = useStore((state) => state.teams);
  const me = useStore((state) => state.me);
  const { agent } = useSignedIn();
  const others = [...agents.values()].filter(({ id }) => id !== me).sort((a, b) => a.name.localeCompare(b.name));
  const mayGive = agent.permissions.includes('conversations:assign');
  return (
    <Menu side="top" trigger={<IconButton icon={UserPlus} label={t('bulk.assign')} />}>
      <MenuItem onClick={() => onChoose(me)}>{t('filter.me')}</MenuItem>
      <MenuItem onClick={() => onChoose(null)}>{t('bulk.nobody')}</MenuItem>
      {mayGive &&
        others.map(({ id, name }) => (
          <MenuItem key={id} onClick={() => onChoose(id)}>
            <bdi>{name}</bdi>
          </MenuItem>
        ))}
      {teams.size > 0 && (
        <MenuGroup label={t('bulk.team')}>
          {teamsByName(teams).map(({ id, name }) => (
            <MenuItem key={id} onClick={() => onTeam(id)}>
              <bdi>{name}</bdi>
            </MenuItem>
          ))}
          <MenuItem onClick={() => onTeam(null)}>{t('bulk.no_team')}</MenuItem>
        </MenuGroup>
      )}
    </Menu>
  );
}

/** Several acts at once, by the same key as in one conversation. */
function Macros({ number, onRun }: { readonly number: string; readonly onRun: (id: Id) => void }) {
  const [isOpen, setOpen] = useState(false);
  useCommands({
    macro: () => {
      catchTyped(importMacros());
      setOpen(true);
    },
  });
  return (
    <>
      {isOpen && (
        <Suspense fallback={null}>
          <MacroPalette
            conversation={null}
            macroId={null}
            many={{
              number,
              run: ({ id }) => {
                setOpen(false);
                onRun(id);
              },
            }}
            onClose={() => setOpen(false)}
            onEnded={() => undefined}
          />
        </Suspense>
      )}
    </>
  );
}

/** How much they press, and the workspace's own names under the states. */
function More({ give }: { readonly give: (order: BulkInput['order']) => void }) {
  const stages = useStages() ?? [];
  return (
    <Menu side="top" trigger={<IconButton icon={Ellipsis} label={t('bulk.more')} />}>
      <MenuItem icon={Zap} keyName={['Shift', 'M']} onClick={() => void runCommand('macro')}>
        {t('keys.macro')}
      </MenuItem>
      <MenuGroup label={t('bulk.priority')}>
        {([3, 2, 1, 0] as const).map((priority) => (
          <MenuItem key={priority} icon={Flag} onClick={() => give({ kind: 'priority', priority })}>
            {t(`priority.${priority}`)}
          </MenuItem>
        ))}
      </MenuGroup>
      {stages.length > 0 && (
        <MenuGroup label={t('bulk.stage')}>
          {stages.map(({ id, name }) => (
            <MenuItem key={id} icon={Signpost} onClick={() => give({ kind: 'stage', stage_id: id })}>
              <bdi>{name}</bdi>
            </MenuItem>
          ))}
          <MenuItem onClick={() => give({ kind: 'stage', stage_id: null })}>{t('stage.leave')}</MenuItem>
        </MenuGroup>
      )}
    </Menu>
  );
}

function Labels({ onChoose }: { readonly onChoose: (id: string) => void }) {
  const [isOpen, setOpen] = useState(false);
  return (
    <LabelMenu
      kind="conversation"
      title={t('bulk.label')}
      trigger={<IconButton icon={Tag} label={t('bulk.label')} />}
      isOpen={isOpen}
      onOpenChange={setOpen}
      chosenIds={[]}
      onToggle={(label) => {
        setOpen(false);
        onChoose(label.id);
      }}
    />
  );
}

function Snooze({ onChoose }: { readonly onChoose: (until: string | null) => void }) {
  const presets = snoozePresets(new Date(), usePreferences());
  return (
    <Menu side="top" trigger={<IconButton icon={AlarmClock} label={t('bulk.snooze')} />}>
      {presets.map(({ name, at }) => (
        <MenuItem key={name} onClick={() => onChoose(at.toISOString())}>
          {t(`snooze.${name}`)}
        </MenuItem>
      ))}
      <MenuItem onClick={() => onChoose(null)}>{t('snooze.until_reply')}</MenuItem>
    </Menu>
  );
}

/** What the order is for: the rows by name, or the list as the server knows it. */
function meant(query: ListQuery, { ids, isAll }: Selection): Omit<BulkInput, 'order'> {
  if (!isAll) return { ids: [...ids] };
  if (query.filter !== undefined) return { filter: query.filter };
  return { view: query.view === 'found' ? 'open' : query.view, channel_id: query.channelId };
}

/** How many the whole list has, in words, where that is asked for. */
function useTotal(query: ListQuery, isWanted: boolean): string | null {
  const known = useStore((state) =>
    query.channelId === null ? state.counts?.views[query.view] : state.counts?.channels[query.channelId],
  );
  const [found, setFound] = useState<{ filter: string; text: string }>();
  const filter = query.filter === undefined ? null : JSON.stringify(query.filter);
  useEffect(() => {
    if (!isWanted || filter === null || found?.filter === filter) return;
    countConversations(JSON.parse(filter) as NonNullable<ListQuery['filter']>)
      .then(({ total, is_more: isMore }) => setFound({ filter, text: formatNumber(total ?? 0) + (isMore ? '+' : '') }))
      .catch(() => undefined);
  }, [isWanted, filter, found]);
  if (filter !== null) return found?.text ?? null;
  return known === undefined || known.total === null ? null : formatNumber(known.total) + (known.is_more ? '+' : '');
}

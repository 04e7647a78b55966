/** Conversations in columns: states with their stages, priorities, or the options of a field; dragged or keyed on. */
import { Kanban } from 'lucide-react';
import { lazy, Suspense, useEffect, useMemo, useState } from 'react';
import { useLocation, useParams } from 'wouter';
import { useMay } from '@/shared/api/session';
import type { Conversation, Filter, Id } from '@/shared/api/types';
import { PHONE, useMedia } from '@/shared/hooks/useMedia';
import { useStored } from '@/shared/hooks/useStored';
import { t } from '@/shared/i18n';
import { listKey, type State } from '@/shared/store/state';
import { getState, useStore } from '@/shared/store/store';
import { Select } from '@/shared/ui/Select';
import { Skeleton } from '@/shared/ui/Skeleton';
import { useFields } from '../contact/fields';
import { EVERYTHING } from '../filters/filter';
import { useFilterOfNow } from '../filters/useFilter';
import { listIds } from '../inbox/select';
import { viewTitle } from '../inbox/views';
import { parseView, paths, type View } from '../paths';
import { useQuestion } from '../resolving/finish';
import { announce } from '../shell/announce';
import { useStages } from '../stages/useStages';
import { snooze } from '../thread/actions';
import { BoardColumn } from './BoardColumn';
import { BoardTools } from './BoardTools';
import { columnsOf, keyOf, mayMoveTo, nameOf, placed, queryOf, type Column } from './columns';
import { MoveDialog } from './MoveDialog';
import { moveTo, type Mover } from './moves';
import { useBoardKeys } from './useBoardKeys';

const SnoozeDialog = lazy(async () => ({ default: (await import('../thread/SnoozeDialog')).SnoozeDialog }));
const ResolveDialog = lazy(() => import('../resolving/ResolveDialog'));
const WHOLE = ['open', 'mine', 'unassigned', 'waiting'] as const satisfies readonly View[];

const NONE: readonly Id[] = [];

export default function Board() {
  const view = parseView(useParams<{ view?: string }>().view);
  const [, navigate] = useLocation();
  const [grouping, setGrouping] = useStored<string>('threadline-board', 'state');
  const stages = useStages();
  const own = useFields('conversation');
  const isPhone = useMedia(PHONE);
  const { filter, order } = useBoardFilter(view);
  const fields = useMemo(() => own?.filter(({ type }) => type === 'choice') ?? [], [own]);
  const columns = useMemo(() => columnsOf(grouping, stages ?? [], fields), [grouping, stages, fields]);
  const queries = useMemo(() => columns.map((column) => queryOf(column, filter, order)), [columns, filter, order]);
  const title = useStore((state) => titleOf(view, state));
  const values = useValues(grouping);
  const [moves, setMoves] = useState(0);
  const [dragged, setDragged] = useState<Id>();
  const [asking, setAsking] = useState<{ kind: 'move' | 'snooze'; conversation: Conversation }>();
  const isAsked = useQuestion() !== null;
  const mayMove = useMay('conversations:change');
  const { place, setPlace, here, root, shown, focus } = useBoardKeys({
    columns,
    mayMoveTo: (column) => mayMove && mayMoveTo(column),
    onMove: (id, to) => move(id, to),
    onOpen: (id) => open(id),
    onAsk: (id) => mayMove && ask(id),
    onBack: () => navigate(paths.inbox(view)),
  });
  useEffect(() => {
    document.title = t('shell.title', { title: t('board.title') });
  }, []);

  const placeOf = (id: Id, state: State) => {
    const row = state.conversations.get(id);
    return values.of(id) ?? (row && keyOf(row, columns));
  };
  // As one text, which stays the same while everything stands where it stood.
  const standing = useStore((state) =>
    queries
      .map((query, index) =>
        listIds(state.lists.get(listKey(query)))
          .map((id) => `${id}=${placeOf(id, state) ?? columns[index]?.key ?? ''}`)
          .join(' '),
      )
      .join('\n'),
  );
  const inColumns = useMemo(() => {
    const lines = standing.split('\n');
    return placed(
      columns.map(({ key }, index) => ({
        key,
        rows: (lines[index] ?? '').split(' ').flatMap((one) => {
          const [id = '', at = ''] = one.split('=');
          return id === '' ? [] : [{ id, at }];
        }),
      })),
    );
  }, [standing, columns]);
  const mover: Mover = {
    askSnooze: (conversation) => setAsking({ kind: 'snooze', conversation }),
    onValue: (id, option, isDone) => {
      values.set(id, `option-${option}`, isDone);
      setMoves((count) => count + 1);
    },
    onDone: () => setMoves((count) => count + 1),
  };
  const move = (id: Id, to: Column) => {
    const conversation = getState().conversations.get(id);
    if (conversation === undefined || placeOf(id, getState()) === to.key) return;
    const name = nameOf(to);
    setMoves((count) => count + 1);
    setPlace({ key: to.key, id });
    moveTo(conversation, to, name, mover);
    announce(t('board.moved', { name: conversation.contact.name, column: name }));
  };
  const open = (id: Id | undefined) => {
    const row = id === undefined ? undefined : getState().conversations.get(id);
    if (row !== undefined) navigate(paths.inbox(row.state === 'resolved' ? 'resolved' : 'open', row.id));
  };
  const ask = (id: Id | undefined) => {
    const conversation = id === undefined ? undefined : getState().conversations.get(id);
    if (conversation !== undefined) setAsking({ kind: 'move', conversation });
  };

  const groupings = [
    { value: 'state', label: t('board.by_state') },
    { value: 'priority', label: t('board.by_priority') },
    ...fields.map(({ id, name }) => ({ value: id, label: name })),
  ];
  return (
    <main className="flex h-full min-h-0 min-w-0 flex-col bg-surface">
      <header className="flex min-h-[52px] shrink-0 flex-wrap items-center gap-2 border-b border-line px-4 py-2">
        <Kanban aria-hidden size={16} strokeWidth={1.75} className="text-muted" />
        <h1 className="me-2 text-16 font-semibold">{t('board.title')}</h1>
        <Select<View>
          label={t('board.shows')}
          isLabelHidden
          value={view}
          options={useBoardViews(view)}
          onValueChange={(next) => navigate(paths.board(next), { replace: true })}
        />
        <Select
          label={t('board.by')}
          isLabelHidden
          value={groupings.some(({ value }) => value === grouping) ? grouping : 'state'}
          options={groupings}
          onValueChange={(next) => {
            setGrouping(next);
            setPlace(undefined);
          }}
        />
        <BoardTools
          columns={columns}
          here={here?.key}
          isPhone={isPhone}
          onColumn={(key) => setPlace({ key, id: undefined })}
          onMove={!mayMove || place?.id === undefined ? undefined : () => ask(place.id)}
        />
      </header>
      {stages === undefined || own === undefined ? (
        <Skeleton className="p-4" lines={6} />
      ) : (
        <div
          ref={root}
          role="group"
          aria-label={t('board.of', { title })}
          className="flex min-h-0 flex-1 gap-3 overflow-x-auto bg-canvas p-3 max-md:p-0"
        >
          {columns.map((column, index) => {
            const query = queries[index];
            if (query === undefined || (isPhone && column.key !== here?.key)) return null;
            return (
              <BoardColumn
                key={`${listKey(query)} ${column.key}`}
                column={column}
                name={nameOf(column)}
                query={query}
                live={inColumns.get(column.key) ?? NONE}
                moves={moves}
                active={place?.key === column.key ? place.id : undefined}
                dragged={dragged}
                onShown={(ids) => {
                  shown.current.set(column.key, ids);
                }}
                onPlace={(id) => setPlace({ key: column.key, id })}
                onOpen={open}
                onMove={ask}
                onDrag={setDragged}
                onDrop={(id) => {
                  setDragged(undefined);
                  move(id, column);
                }}
                onAsked={values.forget}
              />
            );
          })}
        </div>
      )}
      {asking?.kind === 'move' && (
        <MoveDialog
          name={asking.conversation.contact.name}
          columns={columns.filter(mayMoveTo)}
          here={placeOf(asking.conversation.id, getState())}
          onClose={() => setAsking(undefined)}
          onChoose={(column) => {
            const { id } = asking.conversation;
            setAsking(undefined);
            move(id, column);
            if (!isPhone) focus({ key: column.key, id });
          }}
        />
      )}
      <Suspense fallback={null}>
        {isAsked && <ResolveDialog />}
        {asking?.kind === 'snooze' && (
          <SnoozeDialog
            conversation={asking.conversation}
            open
            onOpenChange={(isOpen) => !isOpen && setAsking(undefined)}
            onChoose={(until) => {
              setAsking(undefined);
              snooze(asking.conversation, until);
              mover.onDone();
            }}
          />
        )}
      </Suspense>
    </main>
  );
}

interface Filled {
  readonly key: string;
  /** When the server had it; undefined while it is on its way. */
  readonly doneAt: number | undefined;
}

/** What was filled in from here, until the column it went to was asked after that: then the lists know. */
function useValues(grouping: string) {
  const [values, setValues] = useState<{ readonly of: string; readonly by: ReadonlyMap<Id, Filled> }>();
  const by = values?.of === grouping ? values.by : undefined;
  return {
    of: (id: Id) => by?.get(id)?.key,
    set: (id: Id, key: string, isDone: boolean) =>
      setValues((now) => ({
        of: grouping,
        by: new Map(now?.of === grouping ? now.by : undefined).set(id, {
          key,
          doneAt: isDone ? performance.now() : undefined,
        }),
      })),
    forget: (key: string, askedAt: number) =>
      setValues((now) => {
        const isKnown = ([, one]: [Id, Filled]) => one.key === key && one.doneAt !== undefined && one.doneAt < askedAt;
        if (now === undefined || ![...now.by].some(isKnown)) return now;
        return { ...now, by: new Map([...now.by].filter((entry) => !isKnown(entry))) };
      }),
  };
}

function useBoardFilter(view: View): { readonly filter: Filter; readonly order: 'due' } {
  const savedViews = useStore((state) => state.savedViews);
  const [now] = useFilterOfNow();
  const filter = useMemo(() => {
    if (view === 'filter') return now?.filter ?? EVERYTHING;
    if (view.startsWith('saved-')) {
      return savedViews.find(({ id }) => view === `saved-${id}`)?.filter ?? EVERYTHING;
    }
    return filterBeside(view);
  }, [view, savedViews, now]);
  return { filter, order: 'due' };
}

/** What a fixed view asks beside the state, which the columns say. */
function filterBeside(view: View): Filter {
  const all = (field: string, operator: 'any_of' | 'empty' | 'yes', values: string[]): Filter => ({
    kind: 'group',
    match: 'all',
    of: [{ kind: 'condition', field, operator, values }],
  });
  if (view.startsWith('channel-')) return all('channel', 'any_of', [view.slice('channel-'.length)]);
  switch (view) {
    case 'mine':
      return all('assignee', 'any_of', ['me']);
    case 'unassigned':
      return all('assignee', 'empty', []);
    case 'waiting':
      return all('waiting', 'yes', []);
    case 'followed':
      return all('followed', 'yes', []);
    default:
      return EVERYTHING;
  }
}

function titleOf(view: View, state: Pick<State, 'channels' | 'savedViews' | 'teams'>): string {
  return filterBeside(view) === EVERYTHING && !view.startsWith('saved-') && view !== 'filter'
    ? t('board.everything')
    : viewTitle(view, state);
}

function useBoardViews(view: View) {
  const savedViews = useStore((state) => state.savedViews);
  const teams = useStore((state) => state.teams);
  const channels = useStore((state) => state.channels);
  const views: View[] = [
    ...WHOLE,
    ...savedViews.map(({ id }): View => `saved-${id}`),
    ...[...channels.keys()].map((id): View => `channel-${id}`),
  ];
  const all = views.includes(view) ? views : [view, ...views];
  return all.map((value) => ({ value, label: titleOf(value, { channels, savedViews, teams }) }));
}

/** Conversations in columns: states with their stages, priorities, or the options of a field; dragged or keyed on. */
import { ArrowLeftRight, Kanban } from 'lucide-react';
import { lazy, Suspense, useEffect, useMemo, useRef, useState } from 'react';
import { useLocation, useParams } from 'wouter';
import type { Conversation, Filter, Id } from '@/shared/api/types';
import { PHONE, useMedia } from '@/shared/hooks/useMedia';
import { useStored } from '@/shared/hooks/useStored';
import { t } from '@/shared/i18n';
import { useCommands } from '@/shared/keys/keyboard';
import { listKey, type State } from '@/shared/store/state';
import { getState, useStore } from '@/shared/store/store';
import { Dialog } from '@/shared/ui/Dialog';
import { DigitChoice, DigitList } from '@/shared/ui/DigitList';
import { IconButton } from '@/shared/ui/IconButton';
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
import { columnsOf, keyOf, mayMoveTo, placed, queryOf, type Column } from './columns';
import { moveTo, type Mover } from './moves';

const SnoozeDialog = lazy(async () => ({ default: (await import('../thread/SnoozeDialog')).SnoozeDialog }));
const ResolveDialog = lazy(() => import('../resolving/ResolveDialog'));
const WHOLE = ['open', 'mine', 'unassigned', 'waiting'] as const satisfies readonly View[];

const NONE: readonly Id[] = [];

/** Where the keys are. */
interface Place {
  readonly key: string;
  readonly id: Id | undefined;
}

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
  const [place, setPlace] = useState<Place>();
  const [moves, setMoves] = useState(0);
  const [dragged, setDragged] = useState<Id>();
  const [asking, setAsking] = useState<{ kind: 'move' | 'snooze'; conversation: Conversation }>();
  const isAsked = useQuestion() !== null;
  const root = useRef<HTMLDivElement>(null);
  const shown = useRef(new Map<string, readonly Id[]>());
  const here = columns.find(({ key }) => key === place?.key) ?? columns[0];
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
  const focus = (next: Place) => {
    setPlace(next);
    requestAnimationFrame(() => root.current?.querySelector<HTMLElement>(`[data-column="${next.key}"]`)?.focus());
  };
  /** To the column beside, at about the same height. */
  const goBeside = (by: number) => {
    if (!isHere(root.current)) return false;
    const at = columns.findIndex(({ key }) => key === here?.key);
    const next = columns[at + by];
    if (next === undefined) return true;
    const height = place?.id === undefined ? 0 : (shown.current.get(here?.key ?? '')?.indexOf(place.id) ?? 0);
    const ids = shown.current.get(next.key) ?? [];
    focus({ key: next.key, id: ids[Math.min(ids.length - 1, Math.max(0, height))] });
    return true;
  };
  const moveBeside = (by: number) => {
    if (place?.id === undefined || !isHere(root.current)) return false;
    const at = columns.findIndex(({ key }) => key === here?.key);
    const next = columns.filter((column, index) => (index - at) * by > 0 && mayMoveTo(column)).at(by > 0 ? 0 : -1);
    if (next === undefined) return true;
    move(place.id, next);
    focus({ key: next.key, id: place.id });
    return true;
  };
  const step = (by: number) => {
    if (here === undefined) return;
    const ids = shown.current.get(here.key) ?? [];
    const at = place?.id === undefined ? -1 : ids.indexOf(place.id);
    focus({ key: here.key, id: ids[Math.min(ids.length - 1, Math.max(0, at + by))] });
  };
  const open = (id: Id | undefined) => {
    const row = id === undefined ? undefined : getState().conversations.get(id);
    if (row !== undefined) navigate(paths.inbox(row.state === 'resolved' ? 'resolved' : 'open', row.id));
  };
  const ask = (id: Id | undefined) => {
    const conversation = id === undefined ? undefined : getState().conversations.get(id);
    if (conversation !== undefined) setAsking({ kind: 'move', conversation });
  };
  useCommands({
    next: () => step(1),
    previous: () => step(-1),
    open: () => open(place?.id),
    board_left: () => goBeside(-1),
    board_right: () => goBeside(1),
    board_move_left: () => moveBeside(-1),
    board_move_right: () => moveBeside(1),
    board_move: () => ask(place?.id),
    back: () => navigate(paths.inbox(view)),
  });

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
        {isPhone && here !== undefined && (
          <Select
            label={t('board.column')}
            isLabelHidden
            value={here.key}
            options={columns.map((column) => ({ value: column.key, label: nameOf(column) }))}
            onValueChange={(key) => setPlace({ key, id: undefined })}
          />
        )}
        {place?.id !== undefined && (
          <span className="ms-auto">
            <IconButton icon={ArrowLeftRight} label={t('board.move')} keyName="M" onClick={() => ask(place.id)} />
          </span>
        )}
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
          conversation={asking.conversation}
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

/** The arrows are the board's where nothing else has the focus. */
function isHere(root: HTMLElement | null): boolean {
  const { activeElement } = document;
  return activeElement === null || activeElement === document.body || root?.contains(activeElement) === true;
}

interface MoveDialogProps {
  readonly conversation: Conversation;
  readonly columns: readonly Column[];
  readonly here: string | undefined;
  readonly onClose: () => void;
  readonly onChoose: (column: Column) => void;
}

/** The same as dragging, for keys and for fingers. */
function MoveDialog({ conversation, columns, here, onClose, onChoose }: MoveDialogProps) {
  const first = useRef<HTMLButtonElement>(null);
  return (
    <Dialog
      open
      initialFocus={first}
      onOpenChange={(isOpen) => !isOpen && onClose()}
      title={t('board.move_title', { name: conversation.contact.name })}
    >
      <DigitList>
        {columns.map((column, index) => (
          <DigitChoice
            key={column.key}
            ref={index === 0 ? first : undefined}
            digit={index + 1}
            isHere={column.key === here}
            onClick={() => onChoose(column)}
          >
            <bdi className="min-w-0 flex-1 truncate">{nameOf(column)}</bdi>
            {column.key === here && <span className="text-12 text-muted">{t('board.here')}</span>}
          </DigitChoice>
        ))}
      </DigitList>
    </Dialog>
  );
}

function nameOf(column: Column): string {
  switch (column.kind) {
    case 'state':
      return t(`state.${column.state}`);
    case 'stage':
      return column.stage.name;
    case 'priority':
      return t(`priority.${column.priority}`);
    case 'option':
      return column.option?.name ?? t('board.nothing', { field: column.field.name });
  }
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

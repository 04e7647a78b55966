import { useQueryClient } from '@tanstack/react-query';
import {
  Columns3,
  Download,
  Ellipsis,
  Filter as FilterIcon,
  Kanban,
  List,
  Plus,
  Star,
  Trash2,
  Upload,
} from 'lucide-react';
import { lazy, Suspense, useEffect, useState } from 'react';
import { Link, useLocation } from 'wouter';
import { useSignedIn } from '@/shared/api/session';
import { request } from '@/shared/api/http';
import type { ContactRow, Filter, Id } from '@/shared/api/types';
import { useMinute } from '@/shared/format/clock';
import { useStored } from '@/shared/hooks/useStored';
import { t } from '@/shared/i18n';
import { problemText } from '@/shared/problem';
import { useStore } from '@/shared/store/store';
import { Avatar } from '@/shared/ui/Avatar';
import { Button } from '@/shared/ui/Button';
import { EmptyState } from '@/shared/ui/EmptyState';
import { IconButton } from '@/shared/ui/IconButton';
import { InlineError } from '@/shared/ui/InlineError';
import { LabelMark } from '@/shared/ui/LabelMark';
import { Menu, MenuCheck, MenuItem } from '@/shared/ui/Menu';
import { Select } from '@/shared/ui/Select';
import { Skeleton } from '@/shared/ui/Skeleton';
import { SortedHead } from '@/shared/ui/SortedHead';
import { cx } from '@/shared/ui/cx';
import { resumeOrders, useRefusedOrder, useRunningOrder } from '../bulk/orders';
import { isChosen, NOTHING, type Selection } from '../bulk/selection';
import { useFields } from '../contact/fields';
import { labelsOf } from '../labels/labels';
import { paths } from '../paths';
import { EVERYTHING } from '../filters/filter';
import { act } from '../settings/act';
import { BulkBar } from './BulkBar';
import { columnsFor, keepColumns, readColumns, type Column } from './columns';
import { nameOfRow } from './nameOfRow';
import { NewContact } from './NewContact';
import { PeopleSearch, usePeopleRows } from './PeopleSearch';
import { PeopleTabs } from './PeopleTabs';
import { useContacts, useSegments, type ContactOrder } from './useContacts';

const ContactBoard = lazy(() => import('./ContactBoard'));
const RefusedDialog = lazy(() => import('../bulk/RefusedDialog'));
const ImportDialog = lazy(() => import('./ImportDialog'));
const SegmentDialog = lazy(() => import('./SegmentDialog'));

/** All contacts one sees: found by a search, ordered by their columns, opened by Enter. */
export function ContactList() {
  const [search, setSearch] = useState('');
  const [order, setOrder] = useState<ContactOrder>('name');
  const [chosen, setChosen] = useState(readColumns);
  const [isAdding, setIsAdding] = useState(false);
  const [isImporting, setIsImporting] = useState(false);
  const [isFiltering, setIsFiltering] = useState(false);
  const [filter, setFilter] = useState<Filter>(EVERYTHING);
  const [segmentId, setSegmentId] = useState('');
  const [selection, setSelection] = useState<Selection>(NOTHING);
  const [isBoard, setIsBoard] = useStored('threadline-contacts-as-board', false);
  const segments = useSegments();
  const segment = segments.find(({ id }) => id === segmentId);
  const isFiltered = (filter.of?.length ?? 0) > 0;
  const [, navigate] = useLocation();
  const { permissions } = useSignedIn().agent;
  const mayEditMany = permissions.includes('contacts:import');
  const query = useContacts(search, filter, order, !isBoard);
  const fields = useFields('contact') ?? [];
  const channels = useStore((state) => state.channels);
  const agents = useStore((state) => state.agents);
  const now = useMinute();
  const all = columnsFor(fields, channels, agents, now);
  const columns = all.filter(({ id }) => chosen.includes(id));
  const rows = query.data?.pages.flatMap(({ items }) => items) ?? [];
  const find = (text: string) => {
    setSearch(text);
    setSelection(NOTHING);
  };
  const table = usePeopleRows(find);

  const refusedId = useRefusedOrder();
  const isChanging = useRunningOrder('contacts') !== null;
  const client = useQueryClient();

  useEffect(() => {
    if (!isChanging) void client.invalidateQueries({ queryKey: ['contacts'] });
  }, [isChanging, client]);
  useEffect(() => {
    if (mayEditMany) resumeOrders().catch(() => undefined);
  }, [mayEditMany]);
  useEffect(() => {
    document.title = t('shell.title', { title: t('contacts.title') });
  }, []);
  const choose = (id: string) => {
    setSegmentId(id);
    setFilter(segments.find((one) => one.id === id)?.filter ?? EVERYTHING);
    setSelection(NOTHING);
  };
  // Of all that match, one is left out: then the others that are shown are chosen by name.
  const pick = (id: Id, isOn: boolean) => {
    const ids = new Set(selection.isAll ? rows.map((row) => row.id) : selection.ids);
    if (isOn) ids.add(id);
    else ids.delete(id);
    setSelection({ ids, isAll: false });
  };
  const exportPath = () => {
    const query = new URLSearchParams();
    if (search.trim() !== '') query.set('search', search.trim());
    query.set('order', order);
    if (segment) query.set('segment_id', segment.id);
    else if (isFiltered) query.set('filter', JSON.stringify(filter));
    return `/api/contact-table?${query}`;
  };

  return (
    <main className="flex h-full min-h-0 min-w-0 flex-col bg-surface">
      <header className="flex min-h-[52px] shrink-0 flex-wrap items-center gap-2 border-b border-line px-4 py-2">
        <h1 className="sr-only">{t('contacts.title')}</h1>
        <PeopleTabs here="contacts" />
        <PeopleSearch rows={table} search={search} onSearch={find} label={t('contacts.search')} />
        {segments.length > 0 && (
          <Select
            label={t('contacts.segment')}
            isLabelHidden
            value={segment ? segmentId : ''}
            options={[
              { value: '', label: t('contacts.segment_all') },
              ...segments.map(({ id, name }) => ({ value: id, label: name })),
            ]}
            onValueChange={choose}
          />
        )}
        <IconButton
          icon={FilterIcon}
          label={t('contacts.filter')}
          isPressed={isFiltered}
          onClick={() => setIsFiltering(true)}
        />
        <span className="ms-auto flex items-center gap-2">
          <IconButton
            icon={isBoard ? List : Kanban}
            label={t(isBoard ? 'contacts.as_list' : 'contacts.as_board')}
            onClick={() => setIsBoard(!isBoard)}
          />
          {!isBoard && (
            <Menu trigger={<IconButton icon={Columns3} label={t('contacts.columns')} />}>
              {all.map(({ id, title }) => (
                <MenuCheck
                  key={id}
                  isChosen={chosen.includes(id)}
                  onChange={(isChosen) => {
                    const next = isChosen ? [...chosen, id] : chosen.filter((one) => one !== id);
                    setChosen(next);
                    keepColumns(next);
                  }}
                >
                  {title}
                </MenuCheck>
              ))}
            </Menu>
          )}
          {(mayEditMany || permissions.includes('contacts:export') || segment) && (
            <Menu trigger={<IconButton icon={Ellipsis} label={t('common.more')} />}>
              {mayEditMany && (
                <MenuItem icon={Upload} onClick={() => setIsImporting(true)}>
                  {t('contacts.import_title')}
                </MenuItem>
              )}
              {permissions.includes('contacts:export') && (
                <MenuItem icon={Download} onClick={() => window.location.assign(exportPath())}>
                  {t('contacts.export')}
                </MenuItem>
              )}
              {segment && permissions.includes('labels:manage') && (
                <MenuItem
                  icon={Trash2}
                  isDangerous
                  onClick={() =>
                    void act(() => request('DELETE', `/api/segments/${segment.id}`)).then((isDone) => {
                      if (isDone) choose('');
                    })
                  }
                >
                  {t('contacts.segment_delete', { name: segment.name })}
                </MenuItem>
              )}
            </Menu>
          )}
          {permissions.includes('contacts:change') && (
            <Button icon={Plus} look="filled" onClick={() => setIsAdding(true)}>
              {t('contacts.add')}
            </Button>
          )}
        </span>
      </header>
      {isBoard && (
        <Suspense fallback={<Skeleton className="p-4" lines={8} />}>
          <ContactBoard search={search.trim()} filter={filter} onOpen={(id) => navigate(paths.contacts(id))} />
        </Suspense>
      )}
      {mayEditMany && !isBoard && (
        <BulkBar selection={selection} search={search} filter={filter} onSelect={setSelection} />
      )}
      <div
        className={cx('min-h-0 flex-1 overflow-auto', isBoard && 'hidden')}
        onScroll={(event) => {
          const { scrollHeight, scrollTop, clientHeight } = event.currentTarget;
          const isNear = scrollHeight - scrollTop - clientHeight < 800;
          if (isNear && query.hasNextPage && !query.isFetchingNextPage) void query.fetchNextPage();
        }}
      >
        {query.isError && rows.length === 0 && (
          <div className="flex flex-col items-start gap-3 p-4">
            <InlineError>{problemText(query.error)}</InlineError>
            <Button onClick={() => void query.refetch()}>{t('common.try_again')}</Button>
          </div>
        )}
        {query.isPending && <Skeleton className="p-4" lines={8} />}
        {query.data !== undefined && rows.length === 0 && (
          <EmptyState
            title={search.trim() === '' && !isFiltered ? t('contacts.none') : t('contacts.not_found')}
            text={search.trim() === '' && !isFiltered ? t('contacts.none_text') : t('contacts.not_found_text')}
          />
        )}
        {rows.length > 0 && !isBoard && (
          <table className="w-full border-separate border-spacing-0 text-13">
            <thead>
              <tr>
                {mayEditMany && (
                  <th scope="col" className="sticky top-0 z-10 w-8 border-b border-line bg-surface ps-4">
                    <input
                      type="checkbox"
                      aria-label={t('contacts.choose_shown')}
                      checked={rows.every(({ id }) => isChosen(selection, id))}
                      onChange={(event) =>
                        setSelection(
                          event.target.checked ? { ids: new Set(rows.map(({ id }) => id)), isAll: false } : NOTHING,
                        )
                      }
                      className="size-4 align-middle accent-accent"
                    />
                  </th>
                )}
                <SortedHead title={t('contact.name')} orders={['name', 'name_back']} order={order} onOrder={setOrder} />
                {columns.map((column) => (
                  <SortedHead
                    key={column.id}
                    title={column.title}
                    orders={column.orders}
                    order={order}
                    onOrder={setOrder}
                    isExtra
                  />
                ))}
              </tr>
            </thead>
            <tbody ref={table.body}>
              {rows.map((row) => (
                <Row
                  key={row.id}
                  row={row}
                  columns={columns}
                  onOpen={() => navigate(paths.contacts(row.id))}
                  isPicked={isChosen(selection, row.id)}
                  onPick={mayEditMany ? (isOn) => pick(row.id, isOn) : undefined}
                />
              ))}
            </tbody>
          </table>
        )}
        {query.isFetchingNextPage && <Skeleton className="p-4" lines={2} />}
      </div>
      <Suspense fallback={null}>
        {refusedId !== null && <RefusedDialog bulkId={refusedId} />}
        {isImporting && <ImportDialog onClose={() => setIsImporting(false)} />}
        {isFiltering && (
          <SegmentDialog
            start={filter}
            segment={segment}
            onClose={() => setIsFiltering(false)}
            onShow={(next) => {
              setIsFiltering(false);
              setSegmentId('');
              setFilter(next);
              setSelection(NOTHING);
            }}
            onSaved={(saved) => {
              setIsFiltering(false);
              setSegmentId(saved.id);
              setFilter(saved.filter);
              setSelection(NOTHING);
            }}
          />
        )}
      </Suspense>
      {isAdding && <NewContact onClose={() => setIsAdding(false)} />}
    </main>
  );
}

interface RowProps {
  readonly row: ContactRow;
  readonly columns: readonly Column[];
  readonly onOpen: () => void;
  readonly isPicked: boolean;
  /** Undefined: nothing is done with many. */
  readonly onPick: ((isOn: boolean) => void) | undefined;
}

function Row({ row, columns, onOpen, isPicked, onPick }: RowProps) {
  const labels = labelsOf(
    row.label_ids,
    useStore((state) => state.labels),
  );
  const name = nameOfRow(row);
  return (
    <tr className={cx('cursor-default hover:bg-hover', isPicked && 'bg-accent-soft')} onClick={onOpen}>
      {onPick && (
        <td className="border-b border-line ps-4" onClick={(event) => event.stopPropagation()}>
          <input
            type="checkbox"
            aria-label={t('contacts.choose', { name })}
            checked={isPicked}
            onChange={(event) => onPick(event.target.checked)}
            className="size-4 align-middle accent-accent"
          />
        </td>
      )}
      <th scope="row" className="border-b border-line px-4 text-start font-normal max-md:w-full max-md:max-w-0">
        <span className="flex min-h-11 items-center gap-3 py-1">
          <Avatar name={name} seed={row.id} size={28} />
          <span className="flex min-w-0 flex-col">
            <span className="flex min-w-0 items-center gap-1.5">
              <Link
                data-row
                href={paths.contacts(row.id)}
                onClick={(event) => event.stopPropagation()}
                className="truncate text-14 font-medium"
              >
                <bdi>{name}</bdi>
              </Link>
              {row.is_vip && (
                <span role="img" aria-label={t('contact.vip')} className="shrink-0 text-warn">
                  <Star aria-hidden size={12} strokeWidth={1.75} fill="currentColor" />
                </span>
              )}
            </span>
            <span className="flex flex-wrap gap-x-3 text-12 text-muted">
              <bdi className="md:hidden">{row.name ? row.phone || row.email : ''}</bdi>
              {labels.map((label) => (
                <LabelMark key={label.id} label={label} />
              ))}
            </span>
          </span>
        </span>
      </th>
      {columns.map((column) => (
        <td key={column.id} className="max-w-60 truncate border-b border-line px-4 max-md:hidden">
          {column.cell(row)}
        </td>
      ))}
    </tr>
  );
}

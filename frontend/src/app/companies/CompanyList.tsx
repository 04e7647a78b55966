import { useInfiniteQuery } from '@tanstack/react-query';
import { Building2, Plus } from 'lucide-react';
import { useDeferredValue, useEffect, useState } from 'react';
import { Link, useLocation } from 'wouter';
import { useSignedIn } from '@/shared/api/session';
import { useMinute } from '@/shared/format/clock';
import { formatRowTime } from '@/shared/format/times';
import { t } from '@/shared/i18n';
import { formatDate, formatNumber } from '@/shared/i18n/format';
import { problemText } from '@/shared/problem';
import { useStore } from '@/shared/store/store';
import { Button } from '@/shared/ui/Button';
import { EmptyState } from '@/shared/ui/EmptyState';
import { InlineError } from '@/shared/ui/InlineError';
import { Skeleton } from '@/shared/ui/Skeleton';
import { SortedHead } from '@/shared/ui/SortedHead';
import { PeopleSearch, usePeopleRows } from '../contacts/PeopleSearch';
import { PeopleTabs } from '../contacts/PeopleTabs';
import { paths } from '../paths';
import { fetchCompanies, type CompanyOrder, type CompanyRow } from './calls';
import { NewCompany } from './NewCompany';

const PAGE = 50;

/** All companies one sees: found by any part of a name or domain, ordered by their columns, opened by Enter. */
export function CompanyList() {
  const [search, setSearch] = useState('');
  const [order, setOrder] = useState<CompanyOrder>('name');
  const [isAdding, setIsAdding] = useState(false);
  const [, navigate] = useLocation();
  const { permissions } = useSignedIn().agent;
  const query = useCompanies(search, order);
  const rows = query.data?.pages.flatMap(({ items }) => items) ?? [];
  const table = usePeopleRows(setSearch);

  useEffect(() => {
    document.title = t('shell.title', { title: t('companies.title') });
  }, []);

  return (
    <main className="flex h-full min-h-0 min-w-0 flex-col bg-surface">
      <header className="flex min-h-[52px] shrink-0 flex-wrap items-center gap-2 border-b border-line px-4 py-2">
        <h1 className="sr-only">{t('companies.title')}</h1>
        <PeopleTabs here="companies" />
        <PeopleSearch rows={table} search={search} onSearch={setSearch} label={t('companies.search')} maxLength={100} />
        {permissions.includes('contacts:change') && (
          <span className="ms-auto">
            <Button icon={Plus} look="filled" onClick={() => setIsAdding(true)}>
              {t('contacts.add')}
            </Button>
          </span>
        )}
      </header>
      <div
        className="min-h-0 flex-1 overflow-auto"
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
            title={search.trim() === '' ? t('companies.none') : t('companies.not_found')}
            text={search.trim() === '' ? t('companies.none_text') : t('companies.not_found_text')}
          />
        )}
        {rows.length > 0 && (
          <table className="w-full border-separate border-spacing-0 text-13">
            <thead>
              <tr>
                <SortedHead title={t('contact.name')} orders={['name', 'name_back']} order={order} onOrder={setOrder} />
                <SortedHead title={t('companies.domains')} order={order} onOrder={setOrder} isExtra />
                <SortedHead title={t('companies.members')} order={order} onOrder={setOrder} isExtra />
                <SortedHead title={t('companies.owner')} order={order} onOrder={setOrder} isExtra />
                <SortedHead title={t('companies.active')} order={order} onOrder={setOrder} isExtra />
                <SortedHead
                  title={t('contact.since')}
                  orders={['newest', 'oldest']}
                  order={order}
                  onOrder={setOrder}
                  isExtra
                />
              </tr>
            </thead>
            <tbody ref={table.body}>
              {rows.map((row) => (
                <Row key={row.id} row={row} onOpen={() => navigate(paths.companies(row.id))} />
              ))}
            </tbody>
          </table>
        )}
        {query.isFetchingNextPage && <Skeleton className="p-4" lines={2} />}
      </div>
      {isAdding && <NewCompany onClose={() => setIsAdding(false)} />}
    </main>
  );
}

function useCompanies(search: string, order: CompanyOrder) {
  const wanted = useDeferredValue(search.trim());
  const epoch = useStore((state) => `${state.epoch} ${state.companyEpoch}`);
  return useInfiniteQuery({
    queryKey: ['companies', wanted, order, epoch],
    initialPageParam: '',
    queryFn: ({ pageParam, signal }) =>
      fetchCompanies({ search: wanted, order, limit: PAGE, after: pageParam || undefined }, signal),
    getNextPageParam: (page) => page.next,
    placeholderData: (before) => before,
    staleTime: 0,
  });
}

const CELL = 'border-b border-line px-4 whitespace-nowrap text-muted max-md:hidden';

function Row({ row, onOpen }: { readonly row: CompanyRow; readonly onOpen: () => void }) {
  const owner = useStore((state) => (row.owner_id === null ? undefined : state.agents.get(row.owner_id)?.name));
  const now = useMinute();
  return (
    <tr className="cursor-default hover:bg-hover" onClick={onOpen}>
      <th scope="row" className="border-b border-line px-4 text-start font-normal">
        <span className="flex min-h-11 items-center gap-3 py-1">
          <CompanyMark size={28} />
          <span className="flex min-w-0 flex-col">
            <Link
              data-row
              href={paths.companies(row.id)}
              onClick={(event) => event.stopPropagation()}
              className="truncate text-14 font-medium"
            >
              <bdi>{row.name}</bdi>
            </Link>
            <span className="truncate text-12 text-muted md:hidden">
              {t('companies.member_count', { count: row.member_count })}
            </span>
          </span>
        </span>
      </th>
      <td className={CELL}>
        <bdi>{row.domains.join(', ')}</bdi>
      </td>
      <td className={`${CELL} tabular`}>{formatNumber(row.member_count)}</td>
      <td className={CELL}>
        <bdi>{owner}</bdi>
      </td>
      <td className={CELL}>{row.last_activity_at === null ? '' : formatRowTime(row.last_activity_at, now)}</td>
      <td className={CELL}>{formatDate(row.created_at, { day: 'numeric', month: 'short', year: 'numeric' })}</td>
    </tr>
  );
}

/** Where a person has a face. */
export function CompanyMark({ size }: { readonly size: 20 | 28 | 48 }) {
  return (
    <span aria-hidden className={`grid shrink-0 place-items-center rounded-md bg-press text-muted ${SIZES[size]}`}>
      <Building2 size={size / 2} strokeWidth={1.75} />
    </span>
  );
}

const SIZES = { 20: 'size-5', 28: 'size-7', 48: 'size-12' } as const;

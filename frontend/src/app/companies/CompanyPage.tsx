import { useInfiniteQuery, useQuery, useQueryClient } from '@tanstack/react-query';
import { ArrowLeft, Ellipsis, Trash2, UserPlus, X } from 'lucide-react';
import { lazy, Suspense, useEffect, useState } from 'react';
import { Link, useLocation } from 'wouter';
import { Problem } from '@/shared/api/http';
import { useSignedIn } from '@/shared/api/session';
import type { ContactRow, Id } from '@/shared/api/types';
import { useMinute } from '@/shared/format/clock';
import { formatRowTime } from '@/shared/format/times';
import { hasText, t } from '@/shared/i18n';
import { formatDate, formatNumber } from '@/shared/i18n/format';
import { useCommands } from '@/shared/keys/keyboard';
import { problemText } from '@/shared/problem';
import type { State } from '@/shared/store/state';
import { useStore } from '@/shared/store/store';
import { Avatar, ChannelMark } from '@/shared/ui/Avatar';
import { Button } from '@/shared/ui/Button';
import { EmptyState } from '@/shared/ui/EmptyState';
import { IconButton } from '@/shared/ui/IconButton';
import { Menu, MenuItem } from '@/shared/ui/Menu';
import { Select } from '@/shared/ui/Select';
import { Skeleton } from '@/shared/ui/Skeleton';
import { showToast } from '@/shared/ui/Toast';
import { Fact } from '../contact/Fact';
import { FieldLine } from '../contact/FieldLine';
import { useFields } from '../contact/fields';
import { InlineText } from '../contact/InlineText';
import { paths } from '../paths';
import {
  changeCompany,
  deleteCompany,
  fetchCompany,
  fetchConversations,
  fetchMembers,
  restoreCompany,
  setCompanyOf,
  type Company,
  type CompanyChange,
  type CompanyConversation,
} from './calls';
import { CompanyMark } from './CompanyList';

const importPickContact = () => import('../contact/PickContact');
const PickContact = lazy(importPickContact);
const NOBODY = 'nobody';

/** One company: what is known at the start, who belongs to it and all that is spoken about with them beside it. */
export default function CompanyPage({ companyId }: { readonly companyId: Id }) {
  const epoch = useStore((state) => `${state.epoch} ${state.companyEpoch}`);
  const query = useQuery({
    queryKey: ['company', companyId, epoch],
    queryFn: () => fetchCompany(companyId),
    placeholderData: (before) => before,
    retry: (count, error) => count < 2 && !(error instanceof Problem && error.status === 404),
  });
  const [, navigate] = useLocation();
  // What is kept of before stands while the next is asked for, not once it is said to be gone.
  const company = query.isError ? undefined : query.data;
  const name = company?.name ?? t('companies.title');
  useEffect(() => {
    document.title = t('shell.title', { title: name });
  }, [name]);
  useCommands({
    back: () => {
      if (document.activeElement instanceof HTMLElement && document.activeElement.matches('textarea, input')) {
        return document.activeElement.blur();
      }
      navigate(paths.companies());
    },
  });
  return (
    <main className="flex h-full min-h-0 min-w-0 flex-col bg-surface">
      <header className="flex h-[52px] shrink-0 items-center gap-2 border-b border-line ps-2 pe-4">
        <Link
          href={paths.companies()}
          aria-label={t('companies.back')}
          className="grid size-8 place-items-center rounded-md text-muted hover:bg-hover hover:text-ink pointer-coarse:size-11"
        >
          <ArrowLeft aria-hidden size={18} strokeWidth={1.75} className="rtl:-scale-x-100" />
        </Link>
        <h1 className="min-w-0 truncate text-14 font-medium">
          <bdi>{name}</bdi>
        </h1>
        {company !== undefined && <CompanyMenu company={company} />}
      </header>
      {query.isError && (
        <EmptyState
          title={t('companies.gone_title')}
          text={
            query.error instanceof Problem && query.error.status === 404
              ? t('companies.gone')
              : problemText(query.error)
          }
        />
      )}
      {query.isPending && <Skeleton className="p-4" />}
      {company !== undefined && (
        <div className="flex min-h-0 flex-1 max-md:flex-col max-md:overflow-y-auto">
          <section
            aria-label={t('companies.one')}
            className="shrink-0 border-e border-line bg-canvas max-md:border-0 md:w-[340px] md:overflow-y-auto"
          >
            <Details company={company} />
          </section>
          <div className="min-w-0 flex-1 md:overflow-y-auto">
            <div className="max-w-180 py-3">
              <Members company={company} />
              <Conversations companyId={company.id} />
            </div>
          </div>
        </div>
      )}
    </main>
  );
}

function CompanyMenu({ company }: { readonly company: Company }) {
  const [, navigate] = useLocation();
  const { permissions } = useSignedIn().agent;
  if (!permissions.includes('contacts:change')) return null;
  const remove = async () => {
    try {
      await deleteCompany(company.id);
    } catch (error) {
      return showToast(problemText(error), { isError: true });
    }
    navigate(paths.companies());
    showToast(t('companies.deleted', { name: company.name }), {
      undo: () =>
        void restoreCompany(company.id).then(
          () => navigate(paths.companies(company.id)),
          (error: unknown) => showToast(problemText(error), { isError: true }),
        ),
    });
  };
  return (
    <span className="ms-auto">
      <Menu trigger={<IconButton icon={Ellipsis} label={t('companies.more')} />}>
        <MenuItem icon={Trash2} isDangerous onClick={() => void remove()}>
          {t('companies.delete')}
        </MenuItem>
      </Menu>
    </span>
  );
}

function useSave(company: Company): (change: CompanyChange) => Promise<boolean> {
  const client = useQueryClient();
  return async (change) => {
    try {
      const saved = await changeCompany(company.id, change);
      client.setQueriesData({ queryKey: ['company', company.id] }, saved);
      return true;
    } catch (error) {
      showToast(problemText(error), { isError: true });
      return false;
    }
  };
}

function Details({ company }: { readonly company: Company }) {
  const save = useSave(company);
  const fields = useFields('company') ?? [];
  const agents = useStore((state) => state.agents);
  const owners = [...agents.values()]
    .filter((agent) => agent.is_active || agent.id === company.owner_id)
    .sort((a, b) => a.name.localeCompare(b.name));
  return (
    <>
      <div className="flex items-center gap-3 border-b border-line p-4">
        <CompanyMark size={48} />
        <div className="min-w-0 flex-1">
          <InlineText
            key={company.name}
            label={t('contact.name')}
            buttonLabel={t('contact.rename', { name: company.name })}
            value={company.name}
            onSave={(name) => save({ name })}
            className="text-16 font-semibold"
          />
        </div>
      </div>
      <dl className="border-b border-line px-4 py-3 text-13">
        <Fact label={t('companies.domains')}>
          <InlineText
            label={t('companies.domains')}
            dir="ltr"
            value={company.domains.join(', ')}
            mayBeEmpty
            onSave={(text) => save({ domains: text.split(/[\s,;]+/).filter(Boolean) })}
          />
        </Fact>
        <Fact label={t('companies.owner')}>
          <Select
            label={t('companies.owner')}
            isLabelHidden
            isBare
            value={company.owner_id ?? NOBODY}
            options={[
              { value: NOBODY, label: t('companies.nobody') },
              ...owners.map(({ id, name }) => ({ value: id, label: name })),
            ]}
            onValueChange={(id) => void save({ owner_id: id === NOBODY ? null : id })}
          />
        </Fact>
        <Fact label={t('contact.since')}>
          {formatDate(company.created_at, { day: 'numeric', month: 'long', year: 'numeric' })}
        </Fact>
        {fields.map((field) => (
          <FieldLine
            key={field.id}
            field={field}
            value={company.fields[field.id]}
            onSave={(value) => save({ fields: { [field.id]: value } })}
          />
        ))}
      </dl>
      <Notes key={company.notes} company={company} />
    </>
  );
}

/** What everybody should know of them: kept on leaving or with Ctrl/⌘ Enter, taken back with Escape. */
function Notes({ company }: { readonly company: Company }) {
  const [draft, setDraft] = useState(company.notes);
  const save = useSave(company);
  const keep = async () => {
    if (draft.trim() !== company.notes && !(await save({ notes: draft.trim() }))) setDraft(company.notes);
  };
  return (
    <div className="px-4 py-3 text-13">
      <label className="flex flex-col gap-1.5">
        <span className="font-semibold">{t('companies.notes')}</span>
        <textarea
          dir="auto"
          rows={Math.min(12, Math.max(3, draft.split('\n').length + 1))}
          maxLength={10_000}
          value={draft}
          placeholder={t('companies.notes_hint')}
          onChange={(event) => setDraft(event.target.value)}
          onBlur={() => void keep()}
          onKeyDown={(event) => {
            if (event.nativeEvent.isComposing) return;
            if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) event.currentTarget.blur();
            if (event.key === 'Escape') {
              event.preventDefault();
              event.stopPropagation();
              setDraft(company.notes);
            }
          }}
          className="w-full resize-none rounded-md border border-line bg-note px-2.5 py-1.5 text-13 placeholder:text-muted pointer-coarse:text-16"
        />
      </label>
    </div>
  );
}

function Members({ company }: { readonly company: Company }) {
  const epoch = useStore((state) => `${state.epoch} ${state.companyEpoch}`);
  const [isAdding, setIsAdding] = useState(false);
  const { permissions } = useSignedIn().agent;
  const mayChange = permissions.includes('contacts:change');
  // Who presses Enter and types on must find the field there.
  useEffect(() => void (mayChange && importPickContact()), [mayChange]);
  const query = useInfiniteQuery({
    queryKey: ['company-members', company.id, epoch],
    initialPageParam: '',
    queryFn: ({ pageParam, signal }) => fetchMembers(company.id, pageParam || undefined, signal),
    getNextPageParam: (page) => page.next,
    placeholderData: (before) => before,
  });
  const members = query.data?.pages.flatMap(({ items }) => items) ?? [];
  const put = (contact: ContactRow, isMember: boolean, text: string) =>
    void setCompanyOf(contact.id, isMember ? company.id : null).then(
      () => showToast(text, { undo: () => put(contact, !isMember, text) }),
      (error: unknown) => showToast(problemText(error), { isError: true }),
    );
  return (
    <section aria-label={t('companies.members')} className="pb-4 text-13">
      <div className="flex min-h-8 items-center gap-2 px-4">
        <h2 className="text-14 font-semibold">{t('companies.members')}</h2>
        <span className="tabular text-muted">{formatNumber(company.member_count)}</span>
        {mayChange && (
          <span className="ms-auto">
            <Button size="small" icon={UserPlus} onClick={() => setIsAdding(true)}>
              {t('companies.add_member')}
            </Button>
          </span>
        )}
      </div>
      {query.isPending && <Skeleton className="px-4 py-2" lines={2} />}
      {query.data !== undefined && members.length === 0 && (
        <p className="px-4 py-1 text-muted">{t('companies.no_members')}</p>
      )}
      <ul aria-label={t('companies.members')}>
        {members.map((member) => {
          const name = nameOf(member);
          return (
            <li key={member.id} className="group/member flex min-h-10 items-center gap-3 px-4 hover:bg-hover">
              <Link href={paths.contacts(member.id)} className="flex min-w-0 flex-1 items-center gap-3">
                <Avatar name={name} seed={member.id} size={28} />
                <span className="min-w-0">
                  <bdi className="block truncate text-14">{name}</bdi>
                  <bdi className="block truncate text-12 text-muted">{member.phone || member.email}</bdi>
                </span>
              </Link>
              {mayChange && (
                <IconButton
                  icon={X}
                  size={28}
                  label={t('companies.remove_member', { name })}
                  onClick={() => put(member, false, t('companies.member_removed', { name }))}
                />
              )}
            </li>
          );
        })}
      </ul>
      {query.hasNextPage && (
        <div className="px-4 pt-1">
          <Button size="small" isBusy={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>
            {t('companies.show_more')}
          </Button>
        </div>
      )}
      <Suspense fallback={null}>
        {isAdding && (
          <PickContact
            title={t('companies.add_member')}
            text={t('companies.add_member_text', { name: company.name })}
            action={t('contacts.add')}
            onClose={() => setIsAdding(false)}
            onPick={(contact) => put(contact, true, t('companies.member_added', { name: nameOf(contact) }))}
          />
        )}
      </Suspense>
    </section>
  );
}

function nameOf(contact: ContactRow): string {
  return contact.name || contact.phone || contact.handle || contact.email || t('contacts.nameless');
}

function Conversations({ companyId }: { readonly companyId: Id }) {
  const epoch = useStore((state) => `${state.epoch} ${state.companyEpoch}`);
  const query = useInfiniteQuery({
    queryKey: ['company-conversations', companyId, epoch],
    initialPageParam: '',
    queryFn: ({ pageParam, signal }) => fetchConversations(companyId, pageParam || undefined, signal),
    getNextPageParam: (page) => page.next,
    placeholderData: (before) => before,
  });
  const rows = query.data?.pages.flatMap(({ items }) => items) ?? [];
  const { refetch } = query;
  const people = new Set(rows.map(({ contact }) => contact.id));
  const told = useStore((state) => lastHeard(state, people));
  useEffect(() => {
    if (told !== '') void refetch();
  }, [told, refetch]);
  return (
    <section aria-label={t('companies.conversations')} className="text-13">
      <h2 className="px-4 pb-1 text-14 font-semibold">{t('companies.conversations')}</h2>
      {query.isPending && <Skeleton className="px-4 py-2" lines={4} />}
      {query.data !== undefined && rows.length === 0 && (
        <p className="px-4 py-1 text-muted">{t('companies.no_conversations')}</p>
      )}
      <ol>
        {rows.map((row) => (
          <ConversationEntry key={row.id} row={row} />
        ))}
      </ol>
      {query.hasNextPage && (
        <div className="px-4 pt-1">
          <Button size="small" isBusy={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>
            {t('companies.show_more')}
          </Button>
        </div>
      )}
    </section>
  );
}

/** Differs as soon as the feed told something of a conversation with these people. */
function lastHeard(state: State, people: ReadonlySet<Id>): string {
  let told = '';
  for (const row of state.conversations.values()) {
    if (people.has(row.contact.id)) told += `${row.id}${row.state}${row.last_activity_at}${row.assignee_id ?? ''} `;
  }
  return told;
}

function ConversationEntry({ row }: { readonly row: CompanyConversation }) {
  const channel = useStore((state) => state.channels.get(row.channel_id));
  const assignee = useStore((state) => (row.assignee_id === null ? undefined : state.agents.get(row.assignee_id)));
  const now = useMinute();
  const key = `state.${row.state}`;
  const isWaiting = row.waiting_since !== null && row.state !== 'resolved';
  return (
    <li>
      <Link
        href={paths.inbox(row.state === 'resolved' ? 'resolved' : 'open', row.id)}
        className="flex gap-3 px-4 py-2 hover:bg-hover"
      >
        <Avatar name={row.contact.name} seed={row.contact.id} size={28} />
        <span className="min-w-0 flex-1">
          <span className="flex items-baseline gap-2">
            <bdi className="min-w-0 truncate text-14 font-medium">{row.contact.name || t('contacts.nameless')}</bdi>
            <time dateTime={row.last_activity_at} className="tabular ms-auto shrink-0 text-12 text-muted">
              {formatRowTime(row.last_activity_at, now)}
            </time>
          </span>
          <span dir="auto" className="line-clamp-2 text-aligned">
            {row.preview || t('contact.no_text')}
          </span>
          <span className="flex flex-wrap items-center gap-x-1.5 text-12 text-muted">
            <ChannelMark type={channel?.type ?? ''} isBare />
            {[channel?.name, hasText(key) ? t(key) : '', assignee?.name].filter(Boolean).join(' · ')}
            {isWaiting && <span className="font-medium text-warn">{t('companies.waiting')}</span>}
          </span>
        </span>
      </Link>
    </li>
  );
}

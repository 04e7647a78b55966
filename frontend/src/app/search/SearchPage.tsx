/** All that a search finds, by kinds, each leading to where it stands. */
import { useInfiniteQuery } from '@tanstack/react-query';
import { Building2, MessagesSquare, Search } from 'lucide-react';
import { useDeferredValue, useEffect, useId, useRef, useState, type ReactNode } from 'react';
import { Link, useLocation, useSearch } from 'wouter';
import type { Conversation } from '@/shared/api/types';
import { useMinute } from '@/shared/format/clock';
import { formatNear } from '@/shared/format/times';
import { t } from '@/shared/i18n';
import { formatDate } from '@/shared/i18n/format';
import { useCommands } from '@/shared/keys/keyboard';
import { problemText } from '@/shared/problem';
import { useStore } from '@/shared/store/store';
import { Avatar } from '@/shared/ui/Avatar';
import { Button } from '@/shared/ui/Button';
import { EmptyState } from '@/shared/ui/EmptyState';
import { InlineError } from '@/shared/ui/InlineError';
import { Skeleton } from '@/shared/ui/Skeleton';
import { Tabs } from '@/shared/ui/Tabs';
import { iconOfKind, wordOfKind } from '../inbox/describe';
import { paths } from '../paths';
import { jumpTo } from '../thread/jumps';
import {
  fetchSearch,
  type CompanyHit,
  type ContactHit,
  type DiscussionHit,
  type MessageHit,
  type SearchAnswer,
  type SearchProblem,
} from './calls';
import { completed, pieceAt, suggestionsFor, type Suggestion } from './complete';
import { Pieces } from './Pieces';
import { Suggestions } from './Suggestions';
import { useOperators } from './useOperators';
import { forgetRecent, keepRecent, readRecent } from './recent';

const KINDS = ['messages', 'contacts', 'conversations', 'discussions'] as const;
type Kind = (typeof KINDS)[number];

const EXAMPLES = ['from:customer', 'from:me', 'label:', 'channel:', 'before:', 'after:', 'has:image', 'is:open', '"…"'];

export default function SearchPage() {
  const [, navigate] = useLocation();
  const address = new URLSearchParams(useSearch());
  const asked = address.get('q') ?? '';
  const kind = KINDS.find((one) => one === address.get('among')) ?? 'messages';
  const [typed, setTyped] = useState(asked);
  const [followed, setFollowed] = useState(asked);
  if (followed !== asked) {
    setFollowed(asked);
    if (typed.trim() !== asked) setTyped(asked);
  }
  const field = useRef<HTMLInputElement>(null);
  const results = useRef<HTMLDivElement>(null);

  const operators = useOperators();
  const [caret, setCaret] = useState<number | null>(null);
  const [place, setPlace] = useState(-1);
  const suggested = caret === null ? [] : suggestionsFor(pieceAt(typed, caret).piece, operators);
  const listId = useId();
  const take = (suggestion: Suggestion) => {
    const next = completed(typed, caret ?? typed.length, suggestion);
    setTyped(next.text);
    setCaret(next.caret);
    setPlace(-1);
    requestAnimationFrame(() => field.current?.setSelectionRange(next.caret, next.caret));
  };
  /** True if the key was for the suggestions. */
  const choose = (key: string): boolean => {
    const pointed = suggested[place];
    switch (key) {
      case 'Tab':
        if (suggested[0] === undefined) return false;
        take(pointed ?? suggested[0]);
        return true;
      case 'Enter':
        if (pointed !== undefined) take(pointed);
        return pointed !== undefined;
      case 'ArrowDown':
        if (suggested.length > 0) setPlace((place + 1) % suggested.length);
        return suggested.length > 0;
      case 'ArrowUp':
        if (place >= 0) setPlace(place - 1);
        return place >= 0;
      case 'Escape':
        setCaret(null);
        return suggested.length > 0;
      default:
        return false;
    }
  };
  useEffect(() => {
    document.title = t('shell.title', { title: t('search.title') });
  }, []);
  useEffect(() => {
    const words = typed.trim();
    if (words === asked) return;
    const timer = setTimeout(() => navigate(paths.search(words, kind), { replace: true }), 200);
    return () => clearTimeout(timer);
  }, [typed, asked, kind, navigate]);
  const step = (by: number) => {
    const links = [...(results.current?.querySelectorAll<HTMLElement>('a[data-hit]') ?? [])];
    const place = links.indexOf(document.activeElement as HTMLElement);
    const next = links[place < 0 ? 0 : place + by];
    if (next) next.focus();
    else if (by < 0) field.current?.focus();
  };
  useCommands({
    search: () => field.current?.focus(),
    next: () => step(1),
    previous: () => step(-1),
    back: () => {
      if (document.activeElement === field.current) return step(1);
      navigate(paths.inbox());
    },
  });

  return (
    <main className="flex h-full min-h-0 min-w-0 flex-col bg-surface">
      <header className="flex min-h-[52px] shrink-0 items-center gap-2 border-b border-line px-4 py-2">
        <h1 className="sr-only">{t('search.title')}</h1>
        <div className="relative mx-auto w-full max-w-[52rem] min-w-0">
          <label className="flex h-9 w-full min-w-0 items-center gap-2 rounded-md border border-line-strong bg-raised px-3 has-focus-visible:outline-2 has-focus-visible:outline-accent pointer-coarse:h-11">
            <Search aria-hidden size={16} strokeWidth={1.75} className="shrink-0 text-muted" />
            <input
              ref={field}
              autoFocus={asked === ''}
              type="search"
              dir="auto"
              value={typed}
              maxLength={300}
              aria-label={t('search.title')}
              aria-keyshortcuts="/"
              placeholder={t('search.hint')}
              role="combobox"
              aria-autocomplete="list"
              aria-expanded={suggested.length > 0}
              aria-controls={suggested.length > 0 ? listId : undefined}
              aria-activedescendant={place >= 0 && suggested[place] ? `${listId}-${place}` : undefined}
              onChange={(event) => {
                setTyped(event.target.value);
                setCaret(event.target.selectionStart);
                setPlace(-1);
              }}
              onBlur={() => setCaret(null)}
              onKeyDown={(event) => {
                if (event.nativeEvent.isComposing) return;
                if (choose(event.key)) {
                  event.preventDefault();
                  return event.stopPropagation();
                }
                if (event.key === 'ArrowDown' || event.key === 'Enter') {
                  keepRecent(typed);
                  step(1);
                  event.preventDefault();
                }
              }}
              className="h-full min-w-0 flex-1 bg-transparent text-14 outline-none placeholder:text-muted"
            />
          </label>
          {suggested.length > 0 && <Suggestions id={listId} items={suggested} place={place} onTake={take} />}
        </div>
      </header>
      <div
        ref={results}
        onKeyDown={(event) => {
          const by = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0;
          if (by === 0 || !(event.target as Element).matches('a[data-hit]')) return;
          event.preventDefault();
          step(by);
        }}
        className="min-h-0 flex-1 overflow-y-auto px-4 pb-8"
      >
        <div className="mx-auto w-full max-w-[52rem] pt-2">
          {asked === '' ? (
            <Beginning
              onChoose={setTyped}
              onAdd={(operator) => {
                setTyped(operator);
                setCaret(operator.length);
                field.current?.focus();
              }}
            />
          ) : (
            <Tabs<Kind>
              label={t('search.kinds')}
              value={kind}
              onValueChange={(next) => navigate(paths.search(asked, next), { replace: true })}
              tabs={KINDS.map((value) => ({
                value,
                label: t(`search.${value}`),
                panel: <Results asked={asked} kind={value} />,
              }))}
            />
          )}
        </div>
      </div>
    </main>
  );
}

interface BeginningProps {
  readonly onChoose: (typed: string) => void;
  readonly onAdd: (operator: string) => void;
}

/** Before anything is typed: what one looked for lately, and what a search understands. */
function Beginning({ onChoose, onAdd }: BeginningProps) {
  const [recent, setRecent] = useState(readRecent);
  return (
    <div className="flex flex-col gap-6 pt-4">
      {recent.length > 0 && (
        <section>
          <h2 className="flex items-center justify-between pb-1 text-12 font-medium text-muted">
            {t('search.recent')}
            <Button
              onClick={() => {
                forgetRecent();
                setRecent([]);
              }}
            >
              {t('search.forget')}
            </Button>
          </h2>
          <ul>
            {recent.map((one) => (
              <li key={one}>
                <button
                  type="button"
                  onClick={() => onChoose(one)}
                  className="flex h-9 w-full items-center rounded-md px-2 text-14 hover:bg-hover pointer-coarse:h-11"
                >
                  <bdi className="truncate">{one}</bdi>
                </button>
              </li>
            ))}
          </ul>
        </section>
      )}
      <section>
        <h2 className="pb-1 text-12 font-medium text-muted">{t('search.operators')}</h2>
        <p className="pb-3 text-14 text-muted">{t('search.operators_text')}</p>
        <ul className="flex flex-wrap gap-2">
          {EXAMPLES.map((one) => (
            <li key={one}>
              <button
                type="button"
                dir="ltr"
                onClick={() => onAdd(one === '"…"' ? '"' : one)}
                className="h-8 rounded-md border border-line px-2.5 font-mono text-12 hover:bg-hover pointer-coarse:h-11"
              >
                {one}
              </button>
            </li>
          ))}
        </ul>
      </section>
    </div>
  );
}

function Results({ asked, kind }: { readonly asked: string; readonly kind: Kind }) {
  const wanted = useDeferredValue(asked);
  const query = useInfiniteQuery({
    queryKey: ['search', kind, wanted],
    initialPageParam: null as string | null,
    queryFn: ({ pageParam }) => fetchSearch({ q: wanted, among: kind, after: pageParam }),
    getNextPageParam: (page) => page.messages?.next ?? null,
    placeholderData: (before) => before,
    staleTime: 5_000,
  });
  const pages = query.data?.pages ?? [];
  const count = pages.reduce((sum, page) => sum + countOf(page, kind), 0);
  const searchedTo = pages[0]?.messages?.searched_to ?? null;
  if (query.isError) return <InlineError>{problemText(query.error)}</InlineError>;
  if (pages.length === 0) return <Skeleton lines={6} />;
  return (
    <div className="flex flex-col gap-1 pt-0">
      <Problems problems={pages[0]?.problems ?? []} />
      {searchedTo !== null && kind === 'messages' && (
        <p role="status" className="pb-2 text-12 text-muted">
          {t('search.still_reading', { date: formatDate(searchedTo, { dateStyle: 'medium' }) })}
        </p>
      )}
      {count === 0 && !query.hasNextPage ? (
        <EmptyState title={t('search.nothing')} text={t('search.nothing_text')} />
      ) : (
        <ul aria-label={t(`search.${kind}`)} className="flex flex-col">
          {pages.flatMap((page) => rowsOf(page, kind))}
        </ul>
      )}
      {query.hasNextPage && (
        <div className="flex justify-center pt-4">
          <Button disabled={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>
            {t('search.older')}
          </Button>
        </div>
      )}
    </div>
  );
}

function countOf(page: SearchAnswer, kind: Kind): number {
  return kind === 'messages'
    ? (page.messages?.items.length ?? 0)
    : page[kind].length + (kind === 'contacts' ? page.companies.length : 0);
}

function rowsOf(page: SearchAnswer, kind: Kind): ReactNode[] {
  switch (kind) {
    case 'messages':
      return page.messages?.items.map((hit) => <MessageRow key={hit.id} hit={hit} />) ?? [];
    case 'contacts':
      return [
        ...page.companies.map((hit) => <CompanyRow key={hit.id} hit={hit} />),
        ...page.contacts.map((hit) => <ContactRow key={hit.id} hit={hit} />),
      ];
    case 'conversations':
      return page.conversations.map((row) => (
        <ConversationRow key={row.id} row={{ ...row, read_count: row.read_count ?? 0 }} />
      ));
    case 'discussions':
      return page.discussions.map((hit) => <DiscussionRow key={hit.id} hit={hit} />);
  }
}

function Problems({ problems }: { readonly problems: readonly SearchProblem[] }) {
  if (problems.length === 0) return null;
  return (
    <div role="status" className="mb-3 rounded-md bg-canvas px-3 py-2 text-13 text-warn">
      <ul>
        {problems.map((one) => (
          <li key={`${one.operator} ${one.value}`}>
            {t(`search.${one.reason}`, { operator: `${one.operator}:`, value: one.value })}
          </li>
        ))}
      </ul>
    </div>
  );
}

const ROW =
  'flex min-w-0 items-start gap-3 rounded-md px-2 py-2.5 hover:bg-hover focus-visible:-outline-offset-2 pointer-coarse:min-h-14';

function MessageRow({ hit }: { readonly hit: MessageHit }) {
  const now = useMinute();
  const channel = useStore((state) => state.channels.get(hit.channel_id));
  const author = useStore((state) => state.agents.get(hit.author.id ?? '')?.name);
  const Icon = iconOfKind(hit.kind);
  return (
    <li>
      <Link
        href={paths.message(hit.conversation_id, hit.id)}
        data-hit
        onClick={() => void jumpTo(hit.conversation_id, { messageId: hit.id }).catch(() => undefined)}
        className={ROW}
      >
        <Avatar name={hit.contact.name} seed={hit.contact.id} size={36} channelType={channel?.type} />
        <span className="flex min-w-0 flex-1 flex-col">
          <span className="flex items-baseline gap-2">
            <bdi className="min-w-0 truncate text-14 font-medium">{hit.contact.name}</bdi>
            <span className="min-w-0 truncate text-12 text-muted">
              {hit.direction === 'note' ? t('search.note') : hit.direction === 'outgoing' ? (author ?? '') : ''}
            </span>
            <time dateTime={hit.at} className="tabular ms-auto shrink-0 text-12 text-muted">
              {formatNear(hit.at, now)}
            </time>
          </span>
          <span className="flex items-start gap-1.5 text-13 text-muted">
            {Icon && <Icon aria-hidden size={14} strokeWidth={1.75} className="mt-0.5 shrink-0" />}
            <span className="min-w-0 [overflow-wrap:anywhere]">
              {hit.snippet.length > 0 ? <Pieces pieces={hit.snippet} /> : wordOfKind(hit.kind)}
            </span>
          </span>
        </span>
      </Link>
    </li>
  );
}

function CompanyRow({ hit }: { readonly hit: CompanyHit }) {
  return (
    <li>
      <Link href={paths.companies(hit.id)} data-hit className={ROW}>
        <span className="grid size-9 shrink-0 place-items-center rounded-md bg-press text-muted">
          <Building2 aria-hidden size={18} strokeWidth={1.75} />
        </span>
        <span className="flex min-w-0 flex-1 flex-col">
          <span className="min-w-0 truncate text-14 font-medium">
            <Pieces pieces={hit.name} />
          </span>
          <span className="truncate text-13 text-muted">{t('companies.one')}</span>
        </span>
      </Link>
    </li>
  );
}

function DiscussionRow({ hit }: { readonly hit: DiscussionHit }) {
  const now = useMinute();
  const author = useStore((state) => state.agents.get(hit.author_id ?? '')?.name ?? '');
  return (
    <li>
      <Link href={paths.discussion(hit.conversation_id, hit.id)} data-hit className={ROW}>
        <span className="grid size-9 shrink-0 place-items-center rounded-md bg-press text-muted">
          <MessagesSquare aria-hidden size={18} strokeWidth={1.75} />
        </span>
        <span className="flex min-w-0 flex-1 flex-col">
          <span className="flex items-baseline gap-2">
            <span className="min-w-0 truncate text-14 font-medium">
              <Pieces pieces={hit.subject} />
            </span>
            <bdi className="min-w-0 truncate text-12 text-muted">{hit.contact.name}</bdi>
            {hit.state === 'closed' && (
              <span className="shrink-0 text-12 text-muted">{t('discussion.tab_closed')}</span>
            )}
            <time dateTime={hit.at} className="tabular ms-auto shrink-0 text-12 text-muted">
              {formatNear(hit.at, now)}
            </time>
          </span>
          <span className="text-13 text-muted [overflow-wrap:anywhere]">
            {hit.snippet.length === 0 ? (
              t('search.in_subject')
            ) : (
              <>
                {author !== '' && <bdi>{author}: </bdi>}
                <Pieces pieces={hit.snippet} />
              </>
            )}
          </span>
        </span>
      </Link>
    </li>
  );
}

function ContactRow({ hit }: { readonly hit: ContactHit }) {
  const now = useMinute();
  const name = hit.name.map((piece) => piece.text).join('');
  return (
    <li>
      <Link
        href={hit.conversation_id === null ? paths.contacts(hit.id) : paths.inbox('open', hit.conversation_id)}
        data-hit
        className={ROW}
      >
        <Avatar name={name} seed={hit.id} size={36} />
        <span className="flex min-w-0 flex-1 flex-col">
          <span className="flex items-baseline gap-2">
            <span className="min-w-0 truncate text-14 font-medium">
              <Pieces pieces={hit.name} />
            </span>
            {hit.last_activity_at !== null && (
              <time dateTime={hit.last_activity_at} className="tabular ms-auto shrink-0 text-12 text-muted">
                {formatNear(hit.last_activity_at, now)}
              </time>
            )}
          </span>
          <span className="truncate text-13 text-muted">
            <Pieces pieces={hit.address} />
          </span>
        </span>
      </Link>
    </li>
  );
}

function ConversationRow({ row }: { readonly row: Conversation }) {
  const now = useMinute();
  const channel = useStore((state) => state.channels.get(row.channel_id));
  return (
    <li>
      <Link href={paths.inbox(row.state === 'resolved' ? 'resolved' : 'open', row.id)} data-hit className={ROW}>
        <Avatar name={row.contact.name} seed={row.contact.id} size={36} channelType={channel?.type} />
        <span className="flex min-w-0 flex-1 flex-col">
          <span className="flex items-baseline gap-2">
            <bdi className="min-w-0 truncate text-14 font-medium">{row.contact.name}</bdi>
            <span className="text-12 text-muted">{t(`search.state_${row.state}`)}</span>
            <time dateTime={row.last_activity_at} className="tabular ms-auto shrink-0 text-12 text-muted">
              {formatNear(row.last_activity_at, now)}
            </time>
          </span>
          <bdi className="truncate text-13 text-muted">{row.last_message?.preview}</bdi>
        </span>
      </Link>
    </li>
  );
}

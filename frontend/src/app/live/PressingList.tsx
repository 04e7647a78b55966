/** The conversations that press most: who waits, whose window ends, what was not delivered. */
import { CircleAlert, Eye, Hourglass, Lock, MoreVertical, UserPlus, CornerDownLeft } from 'lucide-react';
import { Link } from 'wouter';
import { useMay } from '@/shared/api/session';
import type { Agent, ConversationRow, Id, LastMessage } from '@/shared/api/types';
import { formatSpan } from '@/shared/format/times';
import { waitingSince } from '@/shared/format/waiting';
import { t } from '@/shared/i18n';
import { formatNumber } from '@/shared/i18n/format';
import { useStore } from '@/shared/store/store';
import { Avatar, NobodyMark } from '@/shared/ui/Avatar';
import { IconButton } from '@/shared/ui/IconButton';
import { Menu, MenuChoice, MenuItem } from '@/shared/ui/Menu';
import { VipMark } from '@/shared/ui/VipMark';
import { cx } from '@/shared/ui/cx';
import { absenceText } from '../availability/words';
import { useLoads, wordsOfLoad, type Loads } from '../teams/loads';
import { iconOfKind, wordOfKind } from '../inbox/describe';
import { paths } from '../paths';
import { behindFigure, type Scope } from './figures';
import type { Acts } from './LivePage';
import { ListLink } from './ListLink';
import { formatTick } from './times';

type Kind = 'waiting' | 'closing' | 'failed';

export interface PressingListProps {
  readonly kind: Kind;
  readonly rows: readonly ConversationRow[];
  readonly total: number;
  readonly scope: Scope;
  readonly now: number;
  readonly acts: Acts;
}

const MOST = { waiting: 12, closing: 6, failed: 6 } as const;

export function PressingList({ kind, rows, total, scope, now, acts }: PressingListProps) {
  const title = t(`live.list_${kind}`);
  const shown = rows.slice(0, MOST[kind]);
  if (kind !== 'waiting' && total === 0) return null;
  return (
    <section aria-label={title}>
      <h2 className="flex h-[42px] items-center gap-2 border-b border-line px-6 text-14 font-semibold max-md:px-4">
        {title} <span className="tabular font-normal text-muted">{formatNumber(total)}</span>
        {total > shown.length && (
          <ListLink to={behindFigure(kind, scope)} className="ms-auto text-13 font-normal text-accent hover:underline">
            {t('live.show_all')}
          </ListLink>
        )}
      </h2>
      {total === 0 && <p className="px-6 py-5 text-14 text-muted max-md:px-4">{t('live.nobody_waits')}</p>}
      <div role="feed" aria-label={title}>
        {shown.map((row) => (
          <Row key={row.id} listed={row} kind={kind} now={now} acts={acts} />
        ))}
      </div>
    </section>
  );
}

interface RowProps {
  readonly listed: ConversationRow;
  readonly kind: Kind;
  readonly now: number;
  readonly acts: Acts;
}

function Row({ listed, kind, now, acts }: RowProps) {
  // What was done here is seen at once; the screen's own reading follows within a second.
  const row = useStore((state) => state.conversations.get(listed.id)) ?? listed;
  const channel = useStore((state) => state.channels.get(row.channel_id));
  const team = useStore((state) => (row.team_id === null ? undefined : state.teams.get(row.team_id)));
  const place = [channel?.name, team?.name].filter(Boolean).join(', ');
  return (
    <article
      tabIndex={0}
      data-live-row={row.id}
      aria-label={row.contact.name}
      aria-keyshortcuts="Enter Space I A N"
      onClick={(event) => {
        if ((event.target as Element).closest('a, button, [role=menu]') === null) acts.open(row.id);
      }}
      className={cx(
        'grid cursor-pointer items-center gap-x-3 border-b border-line px-6 hover:bg-hover max-md:px-4',
        'grid-cols-[36px_minmax(0,14rem)_minmax(0,1fr)_8rem_5.5rem_auto] max-lg:grid-cols-[36px_minmax(0,1fr)_5rem_auto]',
        '-outline-offset-2',
        kind === 'waiting' ? 'h-[68px]' : 'h-14',
      )}
    >
      <Avatar name={row.contact.name} seed={row.contact.id} channelType={channel?.type} />
      <span className="flex min-w-0 flex-col">
        <span className="flex min-w-0 items-center gap-1.5">
          <Link
            href={paths.inbox('open', row.id)}
            tabIndex={-1}
            dir="auto"
            className="truncate text-aligned text-14 font-medium"
          >
            {row.contact.name}
          </Link>
          {row.contact.is_vip && <VipMark />}
        </span>
        <span dir="auto" className="truncate text-aligned text-13 text-muted">
          {place}
        </span>
      </span>
      <Snippet last={row.last_message} />
      {kind === 'waiting' ? (
        <>
          <Target row={row} now={now} />
          <Wait row={row} now={now} />
        </>
      ) : (
        <Sign kind={kind} row={row} now={now} />
      )}
      <span className="flex items-center justify-end gap-1">
        <Owner row={row} acts={acts} />
        <RowMenu id={row.id} acts={acts} />
      </span>
    </article>
  );
}

function Snippet({ last }: { readonly last: LastMessage | null }) {
  if (last === null) return <span className="max-lg:hidden" />;
  const Icon = last.direction === 'note' ? Lock : iconOfKind(last.kind);
  return (
    <span className="flex min-w-0 items-center gap-1.5 text-14 text-muted max-lg:hidden">
      {Icon && <Icon aria-hidden size={14} strokeWidth={1.75} className="shrink-0" />}
      <span dir="auto" className="min-w-0 truncate text-aligned">
        {(last.kind !== 'unsupported' && last.preview) || wordOfKind(last.kind)}
      </span>
    </span>
  );
}

/** How much of the promised time is over, and what is left of it. */
function Target({ row, now }: { readonly row: ConversationRow; readonly now: number }) {
  const since = waitingSince(row);
  const first = [...row.deadlines].sort((a, b) => Date.parse(a.due_at) - Date.parse(b.due_at))[0];
  if (since === null || first === undefined) return <span className="max-lg:hidden" />;
  const dueMs = Date.parse(first.due_at);
  const look = lookOf(row, now);
  const share = Math.min(1, Math.max(0.02, (now - Date.parse(since)) / Math.max(1, dueMs - Date.parse(since))));
  return (
    <span className="flex flex-col gap-1.5 max-lg:hidden">
      <span aria-hidden className="h-1 overflow-hidden rounded-full bg-press">
        <span
          style={{ width: `${share * 100}%` }}
          className={cx(
            'block h-full rounded-full',
            look === 'late' ? 'bg-danger' : look === 'pressing' ? 'bg-warn' : 'bg-line-strong',
          )}
        />
      </span>
      <span
        className={cx(
          'tabular truncate text-12',
          look === 'late' ? 'text-danger' : look === 'pressing' ? 'text-warn' : 'text-muted',
        )}
      >
        {t(look === 'late' ? 'live.late_by' : 'live.left', { span: formatTick(Math.abs(dueMs - now)) })}
      </span>
    </span>
  );
}

function Wait({ row, now }: { readonly row: ConversationRow; readonly now: number }) {
  const since = waitingSince(row);
  const look = lookOf(row, now);
  return (
    <span
      className={cx(
        'tabular truncate text-end text-20 font-semibold',
        look === 'late' ? 'text-danger' : look === 'pressing' ? 'text-warn' : undefined,
      )}
    >
      <span className="sr-only">{t('row.waiting')} </span>
      {since === null ? '–' : formatTick(now - Date.parse(since))}
    </span>
  );
}

function lookOf(row: ConversationRow, now: number): 'late' | 'pressing' | 'calm' {
  if (waitingSince(row) === null) return 'calm';
  if (row.deadlines.some(({ due_at }) => Date.parse(due_at) <= now)) return 'late';
  return row.deadlines.some(({ half_at }) => Date.parse(half_at) <= now) ? 'pressing' : 'calm';
}

function Sign({
  kind,
  row,
  now,
}: {
  readonly kind: 'closing' | 'failed';
  readonly row: ConversationRow;
  readonly now: number;
}) {
  const isClosing = kind === 'closing';
  return (
    <>
      <span className="max-lg:hidden" />
      <span
        className={cx('tabular flex items-center justify-end gap-1.5 text-14', isClosing ? 'text-warn' : 'text-danger')}
      >
        {isClosing ? (
          <Hourglass aria-hidden size={14} strokeWidth={1.75} />
        ) : (
          <CircleAlert aria-hidden size={14} strokeWidth={1.75} />
        )}
        {isClosing
          ? row.window_closes_at !== null && formatSpan(Date.parse(row.window_closes_at) - now)
          : t('live.not_sent')}
      </span>
    </>
  );
}

const NOBODY = '';

/** Who has it; pressed, who else might. */
function Owner({ row, acts }: { readonly row: ConversationRow; readonly acts: Acts }) {
  const agents = useStore((state) => state.agents);
  const me = useStore((state) => state.me);
  const mayChange = useMay('conversations:change');
  const loads = useLoads(acts.giving === row.id);
  const owner = row.assignee_id === null ? undefined : agents.get(row.assignee_id);
  const label = t('assignee.label', { name: owner?.name ?? t('assignee.nobody') });
  const mark = owner ? (
    <Avatar name={owner.name} seed={owner.id} size={28} isSelf={owner.id === me} availability={owner.availability} />
  ) : (
    <NobodyMark size={28} />
  );
  if (!mayChange) {
    return (
      <span role="img" aria-label={label} title={label}>
        {mark}
      </span>
    );
  }
  return (
    <Menu
      open={acts.giving === row.id}
      onOpenChange={(isOpen) => acts.setGiving(isOpen ? row.id : null)}
      trigger={
        <button
          type="button"
          title={label}
          className="grid size-9 place-items-center rounded-full hover:bg-press pointer-coarse:size-11"
        >
          {mark}
          <span className="sr-only">{label}</span>
        </button>
      }
    >
      <MenuChoice
        label={t('assignee.title')}
        value={row.assignee_id ?? NOBODY}
        options={[...peopleOf(agents, me, loads), { value: NOBODY, label: t('assignee.nobody') }]}
        onValueChange={(id) => acts.give(row.id, id === NOBODY ? null : id)}
      />
    </Menu>
  );
}

function peopleOf(agents: ReadonlyMap<Id, Agent>, me: Id, loads: Loads) {
  return [...agents.values()]
    .filter((agent) => agent.is_active)
    .sort((a, b) => Number(b.id === me) - Number(a.id === me) || a.name.localeCompare(b.name))
    .map((agent) => ({
      value: agent.id,
      label: agent.id === me ? t('assignee.me', { name: agent.name }) : agent.name,
      ...wordsOfLoad(absenceText(agent), loads.get(agent.id)),
    }));
}

function RowMenu({ id, acts }: { readonly id: Id; readonly acts: Acts }) {
  const mayChange = useMay('conversations:change');
  const mayWrite = useMay('messages:send');
  return (
    <Menu trigger={<IconButton icon={MoreVertical} label={t('live.row_menu')} />}>
      <MenuItem icon={CornerDownLeft} keyName="Enter" onClick={() => acts.open(id)}>
        {t('peek.open')}
      </MenuItem>
      <MenuItem icon={Eye} keyName="Space" onClick={() => acts.peek(id)}>
        {t('live.look_on')}
      </MenuItem>
      {mayChange && (
        <MenuItem icon={UserPlus} keyName="i" onClick={() => acts.take(id)}>
          {t('keys.assign_me')}
        </MenuItem>
      )}
      {mayWrite && (
        <MenuItem icon={Lock} keyName="n" onClick={() => acts.note(id)}>
          {t('live.note')}
        </MenuItem>
      )}
    </Menu>
  );
}

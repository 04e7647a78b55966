import {
  Check,
  ChevronDown,
  Globe,
  ListFilter,
  MessagesSquare,
  ScanEye,
  PanelLeft,
  Plus,
  Smartphone,
  TriangleAlert,
  Users,
  type LucideIcon,
} from 'lucide-react';
import { lazy, memo, Suspense } from 'react';
import { Link } from 'wouter';
import { navigate } from 'wouter/use-browser-location';
import { request } from '@/shared/api/http';
import { setSession, type Session, useMay, useSignedIn } from '@/shared/api/session';
import type { Audience, Channel, Count, Id, Team } from '@/shared/api/types';
import { useStored } from '@/shared/hooks/useStored';
import { t } from '@/shared/i18n';
import { formatNumber } from '@/shared/i18n/format';
import { useStore } from '@/shared/store/store';
import { ChannelMark } from '@/shared/ui/Avatar';
import { cx } from '@/shared/ui/cx';
import { IconButton } from '@/shared/ui/IconButton';
import { LabelDot } from '@/shared/ui/LabelMark';
import { Menu, MenuItem } from '@/shared/ui/Menu';
import { showToast } from '@/shared/ui/Toast';
import { Tooltip } from '@/shared/ui/Tooltip';
import { unreadDiscussions } from '../discussions/discussions';
import { paths, TEAM_VIEWS, teamView, type View } from '../paths';
import { countReturned, countToReview } from '../reviews/reviews';
import { teamsByName } from '../teams/teams';
import { FirstSteps } from './FirstSteps';
import { channelTrouble, countOf, VIEW_ICONS, VIEW_NAMES, viewTitle } from './views';

const MyChats = lazy(() => import('./MyChats'));

export interface ViewsPaneProps {
  readonly view: View;
  readonly selected: Id | undefined;
  readonly onTryIt: (channelId: Id) => void;
  readonly onCollapse: () => void;
  /** Build a filter, to look once or to keep. */
  readonly onCreateView: () => void;
}

export const ViewsPane = memo(function ViewsPane(props: ViewsPaneProps) {
  const { view, selected, onTryIt, onCollapse, onCreateView } = props;
  const session = useSignedIn();
  return (
    <aside aria-label={t('views.label')} className="flex w-[200px] shrink-0 flex-col border-e border-line bg-canvas">
      <header className="flex h-[52px] shrink-0 items-center justify-between border-b border-line ps-4 pe-2">
        <WorkspaceMenu />
        <IconButton icon={PanelLeft} isDirectional label={t('views.collapse')} keyName="[" onClick={onCollapse} />
      </header>
      <div className="flex min-h-0 flex-1 flex-col gap-3 overflow-y-auto px-2 py-2">
        <ViewLinks view={view} />
        <TeamViews view={view} />
        <SavedViews view={view} onCreate={onCreateView} />
        <Channels view={view} onTryIt={onTryIt} />
        {/* What is rarely there takes no place while it is not; behind it nothing moves when it comes. */}
        <div>
          <ReviewsLink />
          <DiscussionsLink />
        </div>
      </div>
      <Suspense fallback={null}>
        <MyChats selected={selected} view={view} />
      </Suspense>
      {session.workspace.is_sandbox && session.agent.permissions.includes('messages:send') && (
        <FirstSteps onTryIt={onTryIt} />
      )}
    </aside>
  );
});

export function WorkspaceMenu() {
  const { workspace, workspaces } = useSignedIn();
  const name = (
    <span dir="auto" className="truncate text-14 font-semibold">
      {workspace.name}
    </span>
  );
  if (workspaces.length < 2) return name;
  const choose = async (id: Id) => {
    if (id === workspace.id) return;
    try {
      setSession(await request<Session>('POST', '/api/session/workspace', { body: { workspace_id: id } }));
    } catch {
      showToast(t('common.failed'), { isError: true });
    }
  };
  return (
    <Menu
      align="start"
      trigger={
        <button type="button" className="-ms-1.5 flex h-8 min-w-0 items-center gap-1 rounded-md px-1.5 hover:bg-hover">
          {name}
          <ChevronDown aria-hidden size={14} strokeWidth={1.75} className="shrink-0" />
        </button>
      }
    >
      {workspaces.map((other) => (
        <MenuItem
          key={other.id}
          icon={other.id === workspace.id ? Check : undefined}
          onClick={() => void choose(other.id)}
        >
          <bdi className={other.id === workspace.id ? undefined : 'ms-7'}>{other.name}</bdi>
        </MenuItem>
      ))}
    </Menu>
  );
}

function ViewLinks({ view }: { readonly view: View }) {
  const channels = useStore((state) => state.channels);
  const savedViews = useStore((state) => state.savedViews);
  const teams = useStore((state) => state.teams);
  return (
    <nav aria-label={t('views.label')}>
      {VIEW_NAMES.map((name) => (
        <ViewLink
          key={name}
          name={name}
          icon={VIEW_ICONS[name]}
          title={viewTitle(name, { channels, savedViews, teams })}
          isHere={view === name}
        />
      ))}
    </nav>
  );
}

/** Answers that wait for my word, and how many of mine came back. */
function ReviewsLink() {
  const count = useStore((state) => state.reviews.length);
  const pressing = useStore((state) => countToReview(state) + countReturned(state));
  if (count === 0) return null;
  return (
    <Link href={paths.reviews()} className={rowClass(false)}>
      <ScanEye aria-hidden size={16} strokeWidth={1.75} className="shrink-0 text-muted" />
      <span dir="auto" className="min-w-0 flex-1 truncate text-aligned">
        {t('review.to_review')}
      </span>
      {pressing > 0 && <span className="tabular shrink-0 font-semibold">{formatNumber(pressing)}</span>}
    </Link>
  );
}

/** Not a list of conversations, but looked for beside them. */
function DiscussionsLink() {
  const count = useStore((state) => state.discussions.length);
  const unread = useStore(unreadDiscussions);
  if (count === 0) return null;
  return (
    <Link href={paths.discussions()} className={rowClass(false)}>
      <MessagesSquare aria-hidden size={16} strokeWidth={1.75} className="shrink-0 text-muted" />
      <span dir="auto" className="min-w-0 flex-1 truncate text-aligned">
        {t('discussion.title')}
      </span>
      <span className="tabular flex shrink-0 gap-1.5">
        {unread > 0 && <span className="font-semibold">{formatNumber(unread)}</span>}
        <span className="min-w-4 text-end text-muted">{formatNumber(count)}</span>
      </span>
    </Link>
  );
}

/** What each of my teams has to do: folded away where I do not look at it. */
function TeamViews({ view }: { readonly view: View }) {
  const teams = useStore((state) => state.teams);
  const me = useStore((state) => state.me);
  const mine = teamsByName(teams).filter((team) => team.member_ids.includes(me));
  return mine.map((team) => <TeamSection key={team.id} team={team} view={view} />);
}

function TeamSection({ team, view }: { readonly team: Team; readonly view: View }) {
  const [isOpen, setOpen] = useStored(`threadline-team-${team.id}`, true);
  const id = `team-${team.id}`;
  return (
    <section aria-labelledby={id}>
      <h2 id={id}>
        <button
          type="button"
          aria-expanded={isOpen}
          onClick={() => setOpen(!isOpen)}
          className="flex h-7 w-full items-center gap-2 rounded-md px-2 text-12 font-medium text-muted hover:bg-hover pointer-coarse:h-11"
        >
          <LabelDot colour={team.colour} />
          <bdi className="min-w-0 flex-1 truncate text-start">{team.name}</bdi>
          <ChevronDown aria-hidden size={14} strokeWidth={1.75} className={cx('shrink-0', !isOpen && '-rotate-90')} />
        </button>
      </h2>
      {isOpen &&
        TEAM_VIEWS.map((of) => (
          <ViewLink
            key={of}
            name={teamView(team.id, of)}
            icon={VIEW_ICONS[of]}
            title={t(of === 'open' ? 'view.all_of_team' : `view.${of}`)}
            isHere={view === teamView(team.id, of)}
          />
        ))}
    </section>
  );
}

const AUDIENCE_ICONS: Readonly<Record<Audience, LucideIcon>> = { own: ListFilter, team: Users, all: Globe };

/** Filters that were kept: one's own, those of teams, and everybody's. */
function SavedViews({ view, onCreate }: { readonly view: View; readonly onCreate: () => void }) {
  const views = useStore((state) => state.savedViews);
  const mayCreate = useMay('conversations:change');
  if (!mayCreate && views.length === 0) return null;
  return (
    <section aria-labelledby="saved-title">
      <header className="flex h-7 items-center justify-between ps-2">
        <h2 id="saved-title" className="text-12 font-medium text-muted">
          {t('views.saved')}
        </h2>
        {mayCreate && <IconButton icon={Plus} size={28} label={t('views.create')} onClick={onCreate} />}
      </header>
      {views.map((saved) => (
        <ViewLink
          key={saved.id}
          name={`saved-${saved.id}`}
          icon={AUDIENCE_ICONS[saved.audience]}
          title={saved.name}
          isHere={view === `saved-${saved.id}`}
        />
      ))}
    </section>
  );
}

function ViewLink({
  name,
  icon: Icon,
  title,
  isHere,
}: {
  readonly name: View;
  readonly icon: LucideIcon;
  readonly title: string;
  readonly isHere: boolean;
}) {
  const count = useStore((state) => countOf(name, state));
  return (
    <Link href={paths.inbox(name)} aria-current={isHere ? 'page' : undefined} className={rowClass(isHere)}>
      <Icon
        aria-hidden
        size={16}
        strokeWidth={1.75}
        className={cx('shrink-0', isHere ? 'text-accent' : 'text-muted')}
      />
      <span dir="auto" className="min-w-0 flex-1 truncate text-aligned">
        {title}
      </span>
      <Figures name={name} count={count} />
    </Link>
  );
}

/** Waiting bold, total muted, each in its own column; a zero is silence. */
export function Figures({ name, count }: { readonly name: View; readonly count: Count | undefined }) {
  if (!count) return null;
  const total = count.total ?? 0;
  const isAlarm = name === 'failed' || name === 'held' || name === 'mentions';
  return (
    // Each in a box of its own that ends where it ended: another figure is another box, not one that moved.
    <span key={`${count.waiting} ${total}`} className="tabular flex shrink-0 gap-1.5">
      <span className={cx('font-semibold', !isAlarm && count.waiting === 0 && 'invisible')}>
        {isAlarm ? (total > 0 ? formatNumber(total) : '') : formatNumber(count.waiting)}
      </span>
      {!isAlarm && name !== 'waiting' && name !== 'resolved' && name !== 'all' && !name.endsWith('-waiting') && (
        <span className={cx('min-w-4 text-end text-muted', total === 0 && 'invisible')}>
          {formatNumber(total)}
          {count.is_more && '+'}
        </span>
      )}
    </span>
  );
}

function rowClass(isHere: boolean): string {
  return cx(
    'flex h-7 items-center gap-3 rounded-md px-2 text-13',
    isHere ? 'bg-accent-soft font-medium' : 'hover:bg-hover',
  );
}

function Channels({ view, onTryIt }: { readonly view: View; readonly onTryIt: (channelId: Id) => void }) {
  const channels = useStore((state) => state.channels);
  const { agent } = useSignedIn();
  const shown = [...channels.values()].filter((channel) => channel.state !== 'disconnected');
  const hasReal = shown.some((channel) => !channel.is_practice);
  return (
    <section aria-labelledby="channels-title">
      <h2 id="channels-title" className="px-2 pb-1 text-12 font-medium text-muted">
        {t('views.channels')}
      </h2>
      {shown.map((channel) => (
        <ChannelLink key={channel.id} channel={channel} isHere={view === `channel-${channel.id}`} onTryIt={onTryIt} />
      ))}
      {!hasReal && agent.role === 'admin' && (
        <button
          type="button"
          onClick={() => navigate(paths.settings('channels'))}
          className={cx(rowClass(false), 'w-full')}
        >
          <Plus aria-hidden size={16} strokeWidth={1.75} className="shrink-0 text-muted" />
          <span className="min-w-0 truncate">{t('views.connect')}</span>
        </button>
      )}
    </section>
  );
}

function ChannelLink({
  channel,
  isHere,
  onTryIt,
}: {
  readonly channel: Channel;
  readonly isHere: boolean;
  readonly onTryIt: (channelId: Id) => void;
}) {
  const mayPractise = useMay('practice:use');
  const trouble = channelTrouble(channel);
  return (
    <div className="group/channel relative">
      <Link
        href={paths.inbox(`channel-${channel.id}`)}
        aria-current={isHere ? 'page' : undefined}
        className={cx(rowClass(isHere), channel.is_practice && 'pe-9')}
      >
        <span className="grid w-4 place-items-center">
          <ChannelMark type={channel.type} isBare />
        </span>
        <span dir="auto" className="min-w-0 flex-1 truncate text-aligned">
          {channel.name}
        </span>
        {trouble && (
          <Tooltip label={trouble}>
            <span role="img" aria-label={trouble} className="text-warn">
              <TriangleAlert aria-hidden size={14} strokeWidth={1.75} />
            </span>
          </Tooltip>
        )}
      </Link>
      {mayPractise && channel.is_practice && (
        <span className="absolute end-0 top-0">
          <IconButton icon={Smartphone} size={28} label={t('views.try_it')} onClick={() => onTryIt(channel.id)} />
        </span>
      )}
    </div>
  );
}

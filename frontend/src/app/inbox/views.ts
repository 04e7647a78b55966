import {
  AlarmClock,
  AtSign,
  CalendarClock,
  CheckCheck,
  CircleAlert,
  CircleDashed,
  CirclePause,
  Eye,
  Hand,
  Inbox,
  Layers,
  Pencil,
  Timer,
  type LucideIcon,
} from 'lucide-react';
import type { Channel, Count } from '@/shared/api/types';
import { t } from '@/shared/i18n';
import type { State } from '@/shared/store/state';
import { useStore } from '@/shared/store/store';
import { teamViewOf, VIEWS, type View, type ViewName } from '../paths';

export const VIEW_ICONS: Readonly<Record<ViewName, LucideIcon>> = {
  mine: Hand,
  followed: Eye,
  unassigned: CircleDashed,
  waiting: Timer,
  open: Inbox,
  all: Layers,
  mentions: AtSign,
  snoozed: AlarmClock,
  drafts: Pencil,
  scheduled: CalendarClock,
  held: CirclePause,
  failed: CircleAlert,
  resolved: CheckCheck,
};

export const VIEW_NAMES: readonly ViewName[] = VIEWS;

export function viewTitle(
  view: View,
  { channels, savedViews, teams }: Pick<State, 'channels' | 'savedViews' | 'teams'>,
): string {
  if (view === 'filter') return t('view.filter');
  if (view.startsWith('saved-')) {
    return savedViews.find((saved) => view === `saved-${saved.id}`)?.name ?? t('view.saved');
  }
  const ofTeam = teamViewOf(view);
  if (ofTeam !== null) {
    return t('view.of_team', { team: teams.get(ofTeam.teamId)?.name ?? '', view: t(`view.${ofTeam.of}`) });
  }
  if (!view.startsWith('channel-')) return t(`view.${view as ViewName}`);
  return channels.get(view.slice('channel-'.length))?.name ?? t('view.channel');
}

/** The name of a view, kept in step with what it is named after. */
export function useViewTitle(view: View): string {
  return useStore((state) => viewTitle(view, state));
}

export function countOf(view: View, state: State): Count | undefined {
  if (view.startsWith('saved-')) return state.savedCounts?.byId[view.slice('saved-'.length)];
  const ofTeam = teamViewOf(view);
  if (ofTeam !== null) return state.savedCounts?.teams[ofTeam.teamId]?.[ofTeam.of];
  return view.startsWith('channel-')
    ? state.counts?.channels[view.slice('channel-'.length)]
    : state.counts?.views[view];
}

/** A channel says nothing while it is well; otherwise what is wrong. */
export function channelTrouble(channel: Channel): string | null {
  if (channel.state === 'paused') return t('channel.paused');
  if (channel.state === 'disconnected') return t('channel.disconnected');
  const { state, last_error: lastError } = channel.health;
  if (lastError) return lastError;
  return state === undefined || state === 'ok' || state === 'connected' || state === 'healthy' || state === ''
    ? null
    : t('channel.trouble');
}

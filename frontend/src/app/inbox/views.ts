import {
  AlarmClock,
  CalendarClock,
  CheckCheck,
  CircleAlert,
  CircleDashed,
  CirclePause,
  Hand,
  Inbox,
  Timer,
  type LucideIcon,
} from 'lucide-react';
import type { Channel, Count } from '@/shared/api/types';
import { t } from '@/shared/i18n';
import type { State } from '@/shared/store/state';
import { VIEWS, type View, type ViewName } from '../paths';

export const VIEW_ICONS: Readonly<Record<ViewName, LucideIcon>> = {
  mine: Hand,
  unassigned: CircleDashed,
  waiting: Timer,
  open: Inbox,
  snoozed: AlarmClock,
  scheduled: CalendarClock,
  held: CirclePause,
  failed: CircleAlert,
  resolved: CheckCheck,
};

export const VIEW_NAMES: readonly ViewName[] = VIEWS;

export function viewTitle(view: View, channels: ReadonlyMap<string, Channel>): string {
  if (!view.startsWith('channel-')) return t(`view.${view as ViewName}`);
  return channels.get(view.slice('channel-'.length))?.name ?? t('view.channel');
}

export function countOf(view: View, state: State): Count | undefined {
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

/** A notification in words. */
import {
  AlarmClock,
  AtSign,
  CircleAlert,
  Gauge,
  Hourglass,
  MessageCircle,
  MessagesSquare,
  ScanEye,
  Siren,
  Timer,
  Undo2,
  ClipboardCheck,
  UserPlus,
  type LucideIcon,
} from 'lucide-react';
import type { Notification } from '@/shared/api/types';
import { t } from '@/shared/i18n';

export type Kind = Notification['kind'];

export const KINDS = [
  'assigned',
  'mentioned',
  'replied',
  'not_delivered',
  'woken',
  'discussed',
  'review_asked',
  'reviewed',
  'task_due',
  'due_soon',
  'window_closing',
  'taken_back',
  'left_waiting',
  'day_full',
] as const satisfies readonly Kind[];

export const KIND_ICONS: Readonly<Record<Kind, LucideIcon>> = {
  assigned: UserPlus,
  mentioned: AtSign,
  not_delivered: CircleAlert,
  woken: AlarmClock,
  replied: MessageCircle,
  discussed: MessagesSquare,
  review_asked: ScanEye,
  reviewed: ScanEye,
  task_due: ClipboardCheck,
  due_soon: Timer,
  window_closing: Hourglass,
  taken_back: Undo2,
  left_waiting: Siren,
  day_full: Gauge,
};

export interface Facts {
  readonly kind: Kind;
  readonly count: number;
  /** The customer. */
  readonly name: string;
  /** The colleague who caused it; empty if it was the desk. */
  readonly agent: string;
}

export function describeNotification({ kind, count, name, agent }: Facts): string {
  switch (kind) {
    case 'assigned':
      return agent === '' ? t('reach.told.assigned', { name }) : t('reach.told.assigned_by', { name, agent });
    case 'mentioned':
      return agent === '' ? t('reach.told.mentioned', { name }) : t('reach.told.mentioned_by', { name, agent });
    case 'not_delivered':
      return t('reach.told.not_delivered', { name });
    case 'woken':
      return t('reach.told.woken', { name });
    case 'replied':
      return t('reach.told.replied', { name, count });
    case 'discussed':
      return agent === '' ? t('reach.told.discussed', { name }) : t('reach.told.discussed_by', { name, agent });
    case 'review_asked':
      return agent === '' ? t('reach.told.review_asked', { name }) : t('reach.told.review_asked_by', { name, agent });
    case 'reviewed':
      return agent === '' ? t('reach.told.reviewed', { name }) : t('reach.told.reviewed_by', { name, agent });
    case 'task_due':
      return t('reach.told.task_due', { name });
    case 'due_soon':
      return t('reach.told.due_soon', { name });
    case 'window_closing':
      return t('reach.told.window_closing', { name });
    case 'taken_back':
      return t('reach.told.taken_back', { name });
    case 'left_waiting':
      return t('reach.told.left_waiting', { name });
    case 'day_full':
      return agent === '' ? t('reach.told.day_full') : t('reach.told.day_full_by', { agent });
  }
}

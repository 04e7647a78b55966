/** Every settings page that exists: where it stands, who sees it, and what can be found on it. */

import {
  Bell,
  Bot,
  CalendarDays,
  Clock,
  EyeOff,
  FileText,
  Globe,
  Inbox,
  Keyboard,
  KeyRound,
  ListChecks,
  ListPlus,
  MessageCircle,
  MonitorSmartphone,
  Palette,
  PenLine,
  Signpost,
  Slash,
  Tag,
  Timer,
  User,
  Users,
  UsersRound,
  Waypoints,
  Workflow,
  Webhook,
  Zap,
  type LucideIcon,
} from 'lucide-react';
import { fold } from '@/shared/format/fold';
import { t, type Key } from '@/shared/i18n';

export interface Section {
  readonly path: string;
  readonly group: 'you' | 'workspace' | 'conversations' | 'technical';
  readonly label: Key;
  readonly icon: LucideIcon;
  /** Who sees the page; absent: everybody. */
  readonly permission?: string;
  /** The settings on the page, as they are called there. */
  readonly contents: readonly Key[];
}

export const SECTIONS: readonly Section[] = [
  {
    path: 'profile',
    group: 'you',
    label: 'settings.profile.title',
    icon: User,
    contents: ['settings.profile.name', 'settings.profile.language', 'settings.profile.password'],
  },
  {
    path: 'sessions',
    group: 'you',
    label: 'settings.sessions.title',
    icon: MonitorSmartphone,
    contents: ['settings.sessions.sign_out_there'],
  },
  {
    path: 'appearance',
    group: 'you',
    label: 'settings.appearance.title',
    icon: Palette,
    contents: ['settings.appearance.theme', 'settings.appearance.text_size', 'settings.appearance.density'],
  },
  {
    path: 'writing',
    group: 'you',
    label: 'settings.writing.title',
    icon: PenLine,
    contents: ['settings.writing.enter', 'settings.writing.hold'],
  },
  {
    path: 'keys',
    group: 'you',
    label: 'settings.keys.title',
    icon: Keyboard,
    contents: ['settings.keys.single', 'settings.keys.reset'],
  },
  {
    path: 'notifications',
    group: 'you',
    label: 'settings.notifications.title',
    icon: Bell,
    contents: [
      'settings.notifications.tone',
      'settings.notifications.volume',
      'settings.notifications.quiet',
      'settings.notifications.hours',
      'settings.notifications.ways',
      'settings.notifications.browser',
    ],
  },
  {
    path: 'rota',
    group: 'workspace',
    label: 'shell.rota',
    icon: CalendarDays,
    permission: 'agents:read',
    contents: ['settings.rota.plan', 'settings.rota.off', 'settings.rota.extra', 'settings.rota.swap'],
  },
  {
    path: 'general',
    group: 'workspace',
    label: 'settings.general.title',
    icon: Globe,
    permission: 'sending:pause',
    contents: ['settings.general.name', 'settings.general.first_reply', 'settings.sending.title'],
  },
  {
    path: 'people',
    group: 'workspace',
    label: 'settings.people.title',
    icon: Users,
    permission: 'agents:manage',
    contents: [
      'settings.people.invite',
      'settings.people.role',
      'settings.people.sees',
      'settings.people.channels',
      'settings.people.deactivate',
      'settings.roles.create',
    ],
  },
  {
    path: 'teams',
    group: 'workspace',
    label: 'settings.teams.title',
    icon: UsersRound,
    permission: 'teams:manage',
    contents: ['settings.teams.create', 'settings.teams.members'],
  },
  {
    path: 'hours',
    group: 'workspace',
    label: 'settings.hours.title',
    icon: Clock,
    permission: 'workspace:change',
    contents: [
      'settings.hours.create',
      'settings.hours.week',
      'settings.hours.special',
      'settings.hours.from_file',
      'settings.hours.zone',
    ],
  },
  {
    path: 'service',
    group: 'workspace',
    label: 'settings.service.title',
    icon: Timer,
    permission: 'workspace:change',
    contents: ['settings.service.create', 'settings.service.reminder'],
  },
  {
    path: 'privacy',
    group: 'workspace',
    label: 'settings.privacy.title',
    icon: EyeOff,
    permission: 'workspace:change',
    contents: [
      'settings.privacy.masks',
      'settings.privacy.reveal',
      'settings.privacy.earlier',
      'settings.privacy.looks',
    ],
  },
  {
    path: 'channels',
    group: 'conversations',
    label: 'settings.channels.title',
    icon: MessageCircle,
    permission: 'channels:manage',
    contents: [
      'settings.channels.connect',
      'settings.channel.callback_url',
      'settings.channel.verify_token',
      'settings.channel.read_marks',
      'settings.channel.access',
      'settings.channel.pause',
      'settings.channel.disconnect',
    ],
  },
  {
    path: 'templates',
    group: 'conversations',
    label: 'settings.templates.title',
    icon: FileText,
    permission: 'templates:sync',
    contents: ['settings.templates.sync'],
  },
  {
    path: 'routing',
    group: 'conversations',
    label: 'settings.routing.title',
    icon: Waypoints,
    permission: 'conversations:assign',
    contents: [
      'settings.routing.teams',
      'settings.routing.take_back',
      'settings.routing.channels',
      'settings.routing.first_answers',
      'settings.routing.owners_first',
      'settings.routing.by_rota',
      'settings.routing.languages',
      'settings.routing.skills',
      'settings.routing.capacity',
      'settings.routing.active_min',
      'settings.routing.day',
      'settings.routing.day_customers',
      'settings.routing.day_messages',
      'settings.routing.people',
      'settings.routing.away_after_min',
      'settings.routing.vanished_after_min',
      'settings.routing.absent_after_min',
    ],
  },
  {
    path: 'labels',
    group: 'conversations',
    label: 'settings.labels.title',
    icon: Tag,
    permission: 'labels:manage',
    contents: ['settings.labels.of_conversation', 'settings.labels.of_contact'],
  },
  {
    path: 'stages',
    group: 'conversations',
    label: 'settings.stages.title',
    icon: Signpost,
    permission: 'labels:manage',
    contents: ['settings.stages.create', 'settings.stages.pause'],
  },
  {
    path: 'tasks',
    group: 'conversations',
    label: 'settings.patterns.title',
    icon: ListChecks,
    permission: 'conversations:change',
    contents: ['settings.patterns.create', 'settings.patterns.due_in'],
  },
  {
    path: 'fields',
    group: 'conversations',
    label: 'settings.fields.title',
    icon: ListPlus,
    permission: 'fields:manage',
    contents: ['settings.fields.of_contact', 'settings.fields.of_conversation'],
  },
  {
    path: 'replies',
    group: 'conversations',
    label: 'settings.replies.title',
    icon: Slash,
    permission: 'messages:send',
    contents: ['settings.replies.create', 'settings.replies.shortcut', 'settings.replies.repeat'],
  },
  {
    path: 'macros',
    group: 'conversations',
    label: 'settings.macros.title',
    icon: Zap,
    permission: 'conversations:change',
    contents: ['settings.macros.create'],
  },
  {
    path: 'rules',
    group: 'conversations',
    label: 'settings.rules.title',
    icon: Workflow,
    permission: 'rules:manage',
    contents: ['settings.rules.create'],
  },
  {
    path: 'automatic',
    group: 'conversations',
    label: 'settings.automatic.title',
    icon: Bot,
    permission: 'workspace:change',
    contents: ['settings.automatic.greeting', 'settings.automatic.away', 'settings.automatic.silence'],
  },
  {
    path: 'tokens',
    group: 'technical',
    label: 'settings.tokens.title',
    icon: KeyRound,
    permission: 'tokens:manage',
    contents: ['settings.tokens.create', 'settings.tokens.scopes'],
  },
  {
    path: 'webhooks',
    group: 'technical',
    label: 'settings.webhooks.title',
    icon: Webhook,
    permission: 'webhooks:manage',
    contents: ['settings.webhooks.create'],
  },
  {
    path: 'deliveries',
    group: 'technical',
    label: 'settings.deliveries.title',
    icon: Inbox,
    permission: 'deliveries:read',
    contents: ['settings.deliveries.replay', 'settings.deliveries.failed'],
  },
];

export const GROUPS = ['you', 'workspace', 'conversations', 'technical'] as const;

export interface Found {
  readonly section: Section;
  /** The setting on the page that was meant; absent if it was the page itself. */
  readonly setting: string | undefined;
}

export function sectionsFor(permissions: readonly string[]): readonly Section[] {
  return SECTIONS.filter(({ permission }) => permission === undefined || permissions.includes(permission));
}

/** Pages and settings whose words contain every word of the search. */
export function findSettings(permissions: readonly string[], search: string): readonly Found[] {
  const words = fold(search).split(/\s+/u).filter(Boolean);
  if (words.length === 0) return [];
  const holds = (text: string): boolean => words.every((word) => fold(text).includes(word));
  return sectionsFor(permissions).flatMap((section) => {
    const page = t(section.label);
    const settings = section.contents.map((key) => t(key)).filter((setting) => holds(`${page} ${setting}`));
    const found: (string | undefined)[] = holds(page) ? [undefined] : settings;
    return found.map((setting) => ({ section, setting }));
  });
}

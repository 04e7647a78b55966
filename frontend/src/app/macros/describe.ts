/** An act in one sentence. */
import {
  AlarmClock,
  CheckCheck,
  ClipboardList,
  FileText,
  Flag,
  GraduationCap,
  ListPlus,
  Lock,
  Reply,
  RotateCcw,
  Signpost,
  Tag,
  UserPlus,
  UsersRound,
  Webhook,
  type LucideIcon,
} from 'lucide-react';
import type { Field, FieldValue, Id } from '@/shared/api/types';
import { t, type Key } from '@/shared/i18n';
import { formatDate, formatList, formatNumber } from '@/shared/i18n/format';
import type { Names } from './names';
import type { Act } from './types';

export const ACT_KINDS = [
  'reply',
  'template',
  'note',
  'labels',
  'skills',
  'field',
  'priority',
  'task',
  'stage',
  'snooze',
  'state',
  'team',
  'assign',
  'webhook',
] as const satisfies readonly Act['kind'][];

const ICONS: Readonly<Record<Act['kind'], LucideIcon>> = {
  assign: UserPlus,
  team: UsersRound,
  labels: Tag,
  skills: GraduationCap,
  priority: Flag,
  state: CheckCheck,
  stage: Signpost,
  snooze: AlarmClock,
  note: Lock,
  reply: Reply,
  template: FileText,
  field: ListPlus,
  task: ClipboardList,
  webhook: Webhook,
};

export function iconOf(act: Act): LucideIcon {
  return act.kind === 'state' && act.state === 'open' ? RotateCcw : ICONS[act.kind];
}

export function kindName(kind: Act['kind']): string {
  return t(`macros.kind.${kind}`);
}

export function describeAct(act: Act, names: Names): string {
  switch (act.kind) {
    case 'assign':
      if (act.is_me) return t('macros.act.assign_me');
      if (!act.assignee_id) return t('macros.act.assign_nobody');
      return t('macros.act.assign', { name: nameIn(names.agents, act.assignee_id, names) });
    case 'team':
      return act.team_id === null
        ? t('macros.act.team_none')
        : t('macros.act.team', { team: nameIn(names.teams, act.team_id, names) });
    case 'labels':
      return [
        ...listed('macros.act.label', act.add ?? [], names),
        ...listed('macros.act.unlabel', act.remove ?? [], names),
      ].join(' · ');
    case 'skills':
      return [
        ...(act.add?.length ? [t('macros.act.skills', { skills: skillsIn(act.add, names) })] : []),
        ...(act.remove?.length ? [t('macros.act.skills_off', { skills: skillsIn(act.remove, names) })] : []),
      ].join(' · ');
    case 'priority':
      return t('macros.act.priority', { priority: t(`priority.${act.priority as 0 | 1 | 2 | 3}`) });
    case 'state':
      return t(act.state === 'open' ? 'macros.act.open' : 'macros.act.resolve');
    case 'stage':
      return act.stage_id === null
        ? t('macros.act.stage_none')
        : t('macros.act.stage', { stage: names.stages.get(act.stage_id)?.name ?? gone(names) });
    case 'snooze':
      if (act.until) return t('macros.act.snooze_until', { time: formatDate(act.until, { dateStyle: 'medium' }) });
      return act.in_minutes
        ? t('macros.act.snooze', { span: spanOf(act.in_minutes) })
        : t('macros.act.snooze_until_reply');
    case 'note':
      return t('macros.act.note');
    case 'reply':
      return act.reply_id
        ? t('macros.act.reply_saved', { title: nameIn(names.replies, act.reply_id, names) })
        : t('macros.act.reply');
    case 'template':
      return t('macros.act.template', { name: act.name });
    case 'field': {
      const field = names.fields.get(act.field_id);
      const name = field?.name ?? gone(names);
      if (act.value === null || act.value === '') return t('macros.act.field_empty', { field: name });
      return t('macros.act.field', { field: name, value: valueText(field, act.value) });
    }
    case 'task':
      return act.pattern_id
        ? t('macros.act.task', { title: nameIn(names.patterns, act.pattern_id, names) })
        : t('macros.act.task', { title: act.title ?? '' });
    case 'webhook':
      return t('macros.act.webhook', { name: names.webhooks?.get(act.webhook_id) ?? gone(names) });
  }
}

/** A span in the largest unit that divides it: 45 minutes, 3 hours, 2 days. */
export function spanOf(minutes: number): string {
  if (minutes > 0 && minutes % 1440 === 0) return t('macros.days', { count: minutes / 1440 });
  if (minutes > 0 && minutes % 60 === 0) return t('macros.hours', { count: minutes / 60 });
  return t('macros.minutes', { count: minutes });
}

export function valueText(field: Field | undefined, value: FieldValue): string {
  if (typeof value === 'boolean') return t(value ? 'contact.yes' : 'contact.no');
  if (typeof value === 'number') return formatNumber(value);
  const option = (id: string) => field?.options.find((one) => one.id === id)?.name ?? id;
  return Array.isArray(value) ? formatList(value.map(option)) : option(value);
}

function listed(key: 'macros.act.label' | 'macros.act.unlabel', ids: readonly Id[], names: Names): readonly string[] {
  if (ids.length === 0) return [];
  return [
    t(key satisfies Key, { count: ids.length, labels: formatList(ids.map((id) => nameIn(names.labels, id, names))) }),
  ];
}

function skillsIn(ids: readonly Id[], names: Names): string {
  return formatList(ids.map((id) => nameIn(names.skills, id, names)));
}

function nameIn(names: ReadonlyMap<Id, string>, id: Id, all: Names): string {
  return names.get(id) ?? gone(all);
}

/** Said only once everything is known: a name that is on its way is not gone. */
function gone({ isWhole }: Names): string {
  return isWhole ? t('macros.gone') : '…';
}

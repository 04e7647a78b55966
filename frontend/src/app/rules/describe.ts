/** A rule in words: when it is asked, and what became of a run. */
import { spanOf } from '@/app/macros/describe';
import type { Names } from '@/app/macros/names';
import { hasText, t } from '@/shared/i18n';
import { formatList } from '@/shared/i18n/format';
import { said } from '@/shared/said';
import type { Occasion, RuleRun, Trigger } from './types';

export const OCCASIONS = [
  'message_received',
  'conversation_started',
  'missed_call',
  'answered',
  'note_added',
  'assigned',
  'unassigned',
  'team_changed',
  'state_changed',
  'stage_changed',
  'priority_changed',
  'labelled',
  'unlabelled',
  'field_filled',
  'not_delivered',
  'deadline_warning',
  'deadline_missed',
  'no_reply',
  'customer_silent',
  'window_closing',
] as const satisfies readonly Occasion[];

const TIMES: ReadonlySet<Occasion> = new Set(['no_reply', 'customer_silent', 'window_closing']);
/** Those in which only some minutes may count. */
const COUNTED: ReadonlySet<Occasion> = new Set(['no_reply', 'customer_silent']);
const STATES = ['open', 'pending', 'snoozed', 'resolved'] as const;

export function isTime(on: Occasion): boolean {
  return TIMES.has(on);
}

export function countsHours(on: Occasion): boolean {
  return COUNTED.has(on);
}

export function nameOfOccasion(on: Occasion): string {
  return t(`rules.on.${on}`);
}

export interface Choice {
  readonly value: string;
  readonly label: string;
}

/** Of what an occasion may be: labels, stages, teams, fields, states. Null: it is of nothing in particular. */
export function choicesOf(on: Occasion, names: Names): readonly Choice[] | null {
  switch (on) {
    case 'labelled':
    case 'unlabelled':
      return listed([...names.labels].map(([id, name]) => [id, name]));
    case 'stage_changed':
      return listed([...names.stages.values()].map(({ id, name }) => [id, name]));
    case 'team_changed':
      return listed([...names.teams].map(([id, name]) => [id, name]));
    case 'field_filled':
      return listed([...names.fields.values()].map(({ id, name }) => [id, name]));
    case 'state_changed':
      return STATES.map((state) => ({ value: state, label: t(`rules.state.${state}`) }));
    default:
      return null;
  }
}

function listed(pairs: readonly (readonly [string, string])[]): readonly Choice[] {
  return pairs.map(([value, label]) => ({ value, label })).sort((one, other) => one.label.localeCompare(other.label));
}

/** "When a label is put on: Refund", "When the customer waits for 10 minutes of business hours". */
export function describeTrigger({ on, of, minutes, is_business_time }: Trigger, names: Names): string {
  const occasion = nameOfOccasion(on);
  if (isTime(on)) {
    const span = spanOf(minutes);
    return t('rules.when_time', { occasion, span: is_business_time ? t('rules.of_open', { span }) : span });
  }
  const choices = choicesOf(on, names);
  if (choices === null || of.length === 0) return occasion;
  const known = new Map(choices.map(({ value, label }) => [value, label]));
  return t('rules.when_of', { occasion, which: formatList(of.map((id) => known.get(id) ?? t('rules.gone'))) });
}

/** What became of it, beside its steps. */
export function describeOutcome({ outcome, reply, reply_reason }: RuleRun): string {
  const sentence = t(`rules.outcome.${outcome}`);
  if (reply === 'waiting') return `${sentence} · ${t('rules.reply_waits')}`;
  if (reply === 'sent') return `${sentence} · ${t('rules.reply_sent')}`;
  if (reply === 'left_out') return `${sentence} · ${t('rules.reply_left_out', { why: whyNot(reply_reason) })}`;
  return sentence;
}

/** Why something was not done or said, by the name that the server gives. */
export function whyNot(reason: string, title = '', values: Readonly<Record<string, string>> = {}): string {
  // A key that ends in a number word would be a plural form.
  const own = `rules.why.${reason === 'too_many' ? 'limit' : reason}`;
  return hasText(own) ? t(own) : said(reason, title, values);
}

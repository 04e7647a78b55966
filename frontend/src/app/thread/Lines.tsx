import { ChevronRight } from 'lucide-react';
import { lazy, Suspense, useState } from 'react';
import { Link } from 'wouter';
import { useMay } from '@/shared/api/session';
import type { Message } from '@/shared/api/types';
import { formatNear, formatSpan } from '@/shared/format/times';
import { hasText, t } from '@/shared/i18n';
import { formatList, formatTime } from '@/shared/i18n/format';
import { getState, useStore } from '@/shared/store/store';
import { cx } from '@/shared/ui/cx';
import { languageName } from '../contact/languages';
import { useOpenDiscussion } from '../discussions/open';
import { importRuleRuns } from '../routes';
import { reopen } from './actions';

const ConversationRuns = lazy(importRuleRuns);

/** What the desk did between messages: one folded line, centred. */
export function Lines({ messages }: { readonly messages: readonly Message[] }) {
  const [isOpen, setIsOpen] = useState(false);
  // Names may come later than lines.
  useStore((state) => state.agents);
  const texts = messages.map(describeLine);
  const reopening = (
    <>
      <ReopenAct last={messages[messages.length - 1]} />
      <DiscussionAct messages={messages} />
      <RuleAct messages={messages} />
    </>
  );
  if (messages.length === 1) {
    return (
      <p className="px-5 pt-2.5 text-center text-12 text-muted">
        {texts[0]}
        {reopening}
      </p>
    );
  }
  return (
    <div className="px-5 pt-2.5 text-center text-12 text-muted">
      <button
        type="button"
        aria-expanded={isOpen}
        onClick={() => setIsOpen(!isOpen)}
        className="inline-flex min-h-6 items-center gap-1.5 hover:text-ink"
      >
        <ChevronRight
          aria-hidden
          size={14}
          strokeWidth={1.75}
          className={cx('transition-transform', isOpen ? 'rotate-90' : 'rtl:-scale-x-100')}
        />
        {isOpen ? t('line.hide') : t('line.folded', { first: texts[0] ?? '', count: texts.length - 1 })}
      </button>
      {isOpen && (
        <ul>
          {messages.map((message, index) => (
            <li key={message.id}>
              {texts[index]} <time dateTime={message.at}>{formatTime(message.at)}</time>
            </li>
          ))}
        </ul>
      )}
      {reopening}
    </div>
  );
}

/** Where a thanks reopened nothing: one click does. */
function ReopenAct({ last }: { readonly last: Message | undefined }) {
  const conversation = useStore((state) => state.conversations.get(last?.conversation_id ?? ''));
  const isKept = last?.content.kind === 'line' && last.content.what === 'kept_resolved';
  const mayChange = useMay('conversations:change');
  if (!mayChange || !isKept || conversation?.state !== 'resolved') return null;
  return (
    <button
      type="button"
      onClick={() => reopen(conversation)}
      className="ms-2 min-h-6 font-medium text-accent hover:underline pointer-coarse:min-h-11"
    >
      {t('thread.reopen')}
    </button>
  );
}

/** Whoever is in the discussion that a line tells of goes there from it. */
function DiscussionAct({ messages }: { readonly messages: readonly Message[] }) {
  const discussions = useStore((state) => state.discussions);
  const opened = useOpenDiscussion();
  const ids = messages.flatMap(({ content }) =>
    content.kind === 'line' && content.what === 'discussion_started' ? (content.data?.['discussion_id'] ?? []) : [],
  );
  const found = discussions.find(({ id }) => ids.includes(id));
  if (!found) return null;
  return (
    <Link
      href={opened.hrefOf(found)}
      className="ms-2 inline-block min-h-6 align-baseline font-medium text-accent hover:underline pointer-coarse:min-h-11"
    >
      <bdi>{found.subject}</bdi>
    </Link>
  );
}

/** From what a rule did to why: its log in this conversation. */
function RuleAct({ messages }: { readonly messages: readonly Message[] }) {
  const [isOpen, setOpen] = useState(false);
  const ran = messages.find(({ content }) => content.kind === 'line' && content.what === 'rule_ran');
  if (!ran) return null;
  return (
    <>
      <button
        type="button"
        aria-haspopup="dialog"
        onClick={() => setOpen(true)}
        className="ms-2 min-h-6 font-medium text-accent hover:underline pointer-coarse:min-h-11"
      >
        {t('line.rule_why')}
      </button>
      {isOpen && (
        <Suspense>
          <ConversationRuns id={ran.conversation_id} onClose={() => setOpen(false)} />
        </Suspense>
      )}
    </>
  );
}

/** Whole sentences with names, so that they read alike for whoever looks; without an agent behind it, what happened. */
export function describeLine(message: Message): string {
  if (message.content.kind !== 'line') return '';
  const { what, data = {} } = message.content;
  const by = message.author.kind === 'agent' ? nameOf(message.author.id ?? undefined) : '';
  const values = {
    by,
    name: nameOf(data['assignee_id']),
    previous: nameOf(data['previous_assignee_id']),
    when: whenOf(data['until']),
    label: data['label'] ?? '',
    agent: nameOf(data['agent_id']),
    owner: nameOf(data['owner_id']),
    language: languageName(data['language'] ?? ''),
    skill: data['skill'] ?? '',
    skills: data['skills'] ?? '',
    from: '',
    into: '',
    ...namesOfMove(message),
    title: data['title'] ?? '',
    stage: data['stage'] ?? '',
    rule: data['rule'] ?? '',
    bot: data['bot'] ?? '',
    channel: data['channel'] ?? '',
    team: data['team'] ?? data['previous_team'] ?? '',
    span: formatSpan(Number(data['minutes'] ?? 0) * 60_000),
  };
  const key = `line.${sentenceOf(what, data, message)}`;
  return hasText(key) ? t(key, values) : formatList([what.replaceAll('_', ' ')]);
}

/** What the desk did by itself has a sentence that says why. */
const TOLD_BY_REASON: ReadonlySet<string> = new Set([
  'reaction',
  'not_delivered',
  'off_shift',
  'routing',
  'silent',
  'owner',
  'owner_away',
  'owner_full',
  'language',
  'skill',
  'bot',
  'bot_silent',
  'bot_gone',
]);

/** Of whom and to whom a conversation was moved, as far as the reader sees both; the line itself names nobody. */
function namesOfMove({ conversation_id, content }: Message): { from: string; into: string } | undefined {
  if (content.kind !== 'line' || content.what !== 'contact_moved') return undefined;
  const { conversations, contacts } = getState();
  const contact = contacts.get(conversations.get(conversation_id)?.contact.id ?? '');
  const move = contact?.moves.find(
    (one) =>
      one.conversation_id === conversation_id &&
      one.from_id === content.data?.['from_id'] &&
      one.into_id === content.data?.['into_id'],
  );
  return move?.from_name && move.into_name ? { from: move.from_name, into: move.into_name } : undefined;
}

function sentenceOf(what: string, data: Readonly<Record<string, string>>, message: Message): string {
  const { author } = message;
  if (what === 'contact_moved' && namesOfMove(message) === undefined) {
    return author.kind === 'agent' ? 'contact_moved_unseen_by' : 'contact_moved_unseen';
  }
  const reason = data['reason'];
  if (reason !== undefined && TOLD_BY_REASON.has(reason)) return `${what}_by_${reason}`;
  if (reason === 'vip') return `${happenedHow(what, data)}_by_vip`;
  if (author.kind === 'contact' && (what === 'reopened' || what === 'woken')) return `${what}_by_customer`;
  if (what === 'woken' && reason === 'time') return 'woken_by_time';
  if (what === 'follower_removed' && author.id === data['agent_id']) return 'follower_left_by';
  const happened = happenedHow(what, data);
  if (what === 'reopened' && reason === 'undone' && author.kind === 'agent') return 'reopened_undone_by';
  if (author.kind !== 'agent') return happened;
  const previous = data['previous_assignee_id'];
  switch (what) {
    case 'assigned':
      if (data['assignee_id'] !== author.id) return 'assigned_by';
      return previous ? 'taken_from_by' : 'taken_by';
    case 'unassigned':
      return previous && previous !== author.id ? 'unassigned_from_by' : 'unassigned_by';
    default:
      return `${happened}_by`;
  }
}

function happenedHow(what: string, data: Readonly<Record<string, string>>): string {
  if (what === 'deadline_missed') return `deadline_missed_${data['clock'] ?? 'next_reply'}`;
  if (what === 'priority') return `priority_${data['priority'] ?? '0'}`;
  if (what === 'reopened' && data['previous_state'] === 'pending') return 'taken_from_bot';
  return what === 'snoozed' ? snoozedHow(data['until']) : what;
}

/** A line may come from a server that did not tell until when. */
function snoozedHow(until: string | undefined): string {
  if (until === undefined) return 'snoozed';
  return until === 'reply' ? 'snoozed_reply' : 'snoozed_until';
}

function whenOf(until: string | undefined): string {
  return until === undefined || Number.isNaN(Date.parse(until)) ? '' : formatNear(until, Date.now());
}

function nameOf(id: string | undefined): string {
  return (id && getState().agents.get(id)?.name) || t('line.somebody');
}

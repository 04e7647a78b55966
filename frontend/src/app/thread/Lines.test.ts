import { beforeEach, describe, expect, it } from 'vitest';
import type { Message } from '@/shared/api/types';
import { formatNear } from '@/shared/format/times';
import { LANGUAGES, loadLocale } from '@/shared/i18n';
import { dispatch } from '@/shared/store/store';
import { makeAgent, makeMessage } from '@/shared/store/testing';
import { describeLine } from './Lines';

const line = (author: Message['author'], what: string, data: Record<string, string> = {}): Message =>
  makeMessage('l', 'c', 1, { direction: 'line', author, content: { kind: 'line', what, data } });

const mila: Message['author'] = { kind: 'agent', id: 'mila' };
const program: Message['author'] = { kind: 'system', id: null };
const bot: Message['author'] = { kind: 'flow', id: 'milo', name: 'Milo' };
const FROM_BOT = { previous_state: 'pending', bot: 'Milo' };
const customer: Message['author'] = { kind: 'contact', id: 'hannah' };

function tomorrow(): string {
  const day = new Date();
  return new Date(day.getFullYear(), day.getMonth(), day.getDate() + 1, 9).toISOString();
}

beforeEach(async () => {
  await loadLocale('en');
  dispatch({
    type: 'base_loaded',
    channels: [],
    agents: [makeAgent('mila', { name: 'Mila' }), makeAgent('jonas', { name: 'Jonas' })],
    position: 0,
  });
});

const CASES: [Message, string][] = [
  [line(mila, 'assigned', { assignee_id: 'jonas' }), 'Mila assigned this to Jonas'],
  [line(mila, 'assigned', { assignee_id: 'mila' }), 'Mila took this'],
  [line(mila, 'assigned', { assignee_id: 'mila', previous_assignee_id: 'jonas' }), 'Mila took this from Jonas'],
  [line(mila, 'unassigned', { previous_assignee_id: 'mila' }), 'Mila gave this back'],
  [line(mila, 'unassigned', { previous_assignee_id: 'jonas' }), 'Mila took this from Jonas, nobody has it'],
  [line(mila, 'resolved'), 'Mila resolved this'],
  [line(mila, 'reopened'), 'Mila reopened this'],
  [line(mila, 'reopened', { previous_state: 'pending' }), 'Mila took this from the bot'],
  [line({ kind: 'phone_app', id: null }, 'reopened', { previous_state: 'pending' }), 'Taken from the bot'],
  [line(bot, 'reopened', { ...FROM_BOT, reason: 'bot' }), 'Milo handed this over'],
  [
    line(program, 'reopened', { ...FROM_BOT, reason: 'bot_silent', minutes: '3' }),
    'Milo said nothing for 3 min: handed over',
  ],
  [
    line(program, 'reopened', { ...FROM_BOT, reason: 'bot_gone' }),
    'Milo cannot answer any more, its token has ended: handed over',
  ],
  [line(mila, 'snoozed'), 'Mila snoozed this'],
  [line(mila, 'snoozed', { until: 'reply' }), 'Mila snoozed this until the customer writes'],
  [line(program, 'snoozed', { until: 'reply' }), 'Snoozed until the customer writes'],
  [line(mila, 'woken'), 'Mila woke this'],
  [line(program, 'woken'), 'Woken'],
  [line(program, 'woken', { reason: 'time' }), 'Its time has come: open again'],
  [line(customer, 'woken'), 'The customer’s message woke this'],
  [line(mila, 'no_answer_needed'), 'Mila: no answer needed'],
  [line(program, 'no_answer_needed'), 'No answer needed'],
  [line(mila, 'waits_again'), 'Mila: the customer waits again'],
  [line(program, 'waits_again'), 'The customer waits again'],
  [line(mila, 'labelled', { label_id: 'l', label: 'Broken' }), 'Mila added the label Broken'],
  [line(mila, 'unlabelled', { label_id: 'l', label: 'Broken' }), 'Mila removed the label Broken'],
  [line(program, 'labelled', { label_id: 'l', label: 'Broken' }), 'Labelled Broken'],
  [line(program, 'unlabelled', { label_id: 'l', label: 'Broken' }), 'Label Broken removed'],
  [line(customer, 'reopened'), 'The customer’s message reopened this'],
  [line(customer, 'number_changed'), 'The customer changed the number'],
  [line(program, 'assigned', { assignee_id: 'jonas' }), 'Assigned to Jonas'],
  [line(program, 'contact_moved', { from_id: 'a', into_id: 'b' }), 'Moved to another contact'],
  [line(mila, 'contact_moved', { from_id: 'a', into_id: 'b' }), 'Mila moved this to another contact'],
  [line(program, 'resolved'), 'Resolved'],
  [line(program, 'priority', { priority: '2', previous_priority: '0', reason: 'vip' }), 'Priority: high, for a VIP'],
  [line(program, 'assigned', { assignee_id: 'jonas', reason: 'vip' }), 'Assigned to Jonas, who has the VIPs'],
  [line({ kind: 'agent', id: 'gone' }, 'resolved'), 'somebody resolved this'],
  [line(mila, 'from_a_newer_server'), 'from a newer server'],
];

describe('lines of the desk', () => {
  it.each(CASES)('say who did what %#', (message, text) => {
    expect(describeLine(message)).toBe(text);
  });

  it('say until when', () => {
    const until = tomorrow();
    const when = formatNear(until, Date.now());
    expect(when).toMatch(/^tomorrow, /);
    expect(describeLine(line(mila, 'snoozed', { until }))).toBe(`Mila snoozed this until ${when}`);
    expect(describeLine(line(program, 'snoozed', { until }))).toBe(`Snoozed until ${when}`);
  });

  it.each(LANGUAGES.map(({ code }) => code))('have a sentence for every cause in %s', async (code) => {
    await loadLocale(code);
    for (const [message] of CASES.slice(0, -1)) expect(describeLine(message)).not.toMatch(/^line\.|_/);
  });
});

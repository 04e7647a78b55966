/** What an agent does to a conversation or a message: shown at once, taken back if the server refuses. */
import {
  deleteSnooze,
  deleteWaiting,
  patchConversation,
  postDiscard,
  postResend,
  postSettle,
  postWithdraw,
  postTakeNext,
  postUndo,
  putReaction,
  putSnooze,
  putWaiting,
  type ConversationChange,
} from '@/shared/api/calls';
import { newId } from '@/shared/api/id';
import type { Conversation, ConversationDetail, Id, Message, Time } from '@/shared/api/types';
import { formatNear } from '@/shared/format/times';
import { t } from '@/shared/i18n';
import { formatList } from '@/shared/i18n/format';
import { problemText } from '@/shared/problem';
import { ask } from '@/shared/store/ask';
import { learnDetail } from '@/shared/store/load';
import { dispatch, getState } from '@/shared/store/store';
import { showToast } from '@/shared/ui/Toast';

export function changeConversation(id: Id, change: ConversationChange): Promise<boolean> {
  const optimistic: Partial<Conversation> = change.state === 'resolved' ? { ...change, waiting_since: null } : change;
  return showAtOnce(id, optimistic, () => patchConversation(id, change));
}

/** Shows at once what the request will make of the conversation. False if the server refused: then it is as before. */
export async function showAtOnce(
  id: Id,
  optimistic: Partial<Conversation>,
  work: () => Promise<ConversationDetail>,
): Promise<boolean> {
  const before = getState().conversations.get(id);
  if (!before) return false;
  dispatch({ type: 'conversation_edited', id, change: optimistic });
  const learntBefore = getState().learnt.get(id);
  try {
    const { answer: detail, position } = await inTurn(id, () => ask(work));
    const read_count = getState().conversations.get(id)?.read_count ?? detail.read_count;
    learnDetail({ answer: { ...detail, read_count }, position });
    return true;
  } catch (error) {
    // What the feed said meanwhile stands as it said it.
    if (getState().learnt.get(id) === learntBefore) dispatch({ type: 'conversation_edited', id, change: before });
    showToast(problemText(error), { isError: true });
    return false;
  }
}

const turns = new Map<Id, Promise<unknown>>();

/** One change of a conversation after the other, so that the last made is the last done, and the one that Z takes back. */
function inTurn<T>(id: Id, work: () => Promise<T>): Promise<T> {
  const turn = (turns.get(id) ?? Promise.resolve()).then(work, work);
  turns.set(id, turn);
  const leave = () => {
    if (turns.get(id) === turn) turns.delete(id);
  };
  turn.then(leave, leave);
  return turn;
}

export function resolve(conversation: Conversation): void {
  const { id } = conversation;
  const shown = { state: 'resolved' as const, waiting_since: null };
  void showAtOnce(id, shown, async () => {
    const detail = await patchConversation(id, { state: 'resolved' });
    offerUndo(conversation, { state: 'resolved' }, toldOf(detail));
    return detail;
  });
}

/** A closing text waits as long as the way back stands. */
function toldOf({ contact: { name }, closing_at }: ConversationDetail): string {
  return closing_at === null ? t('toast.resolved', { name }) : t('toast.resolved_closing', { name });
}

/** It was resolved by a form, together with what had to be there. */
export function resolved(conversation: Conversation, told: { answer: ConversationDetail; position: number }): void {
  learnDetail(told);
  offerUndo(conversation, { state: 'resolved' }, toldOf(told.answer));
}

type Standing = Pick<Conversation, 'state' | 'snoozed_until' | 'assignee_id' | 'team_id'> & { stage_id: Id | null };

export function standingOf({ state, snoozed_until, assignee_id, team_id, stage }: Conversation): Standing {
  const stage_id = stage?.id ?? null;
  return { state, snoozed_until: state === 'snoozed' ? snoozed_until : null, assignee_id, team_id, stage_id };
}

/** Says what was done, with the way back: to everything as it was, except what somebody changes before it is pressed. */
export function offerUndo(before: Conversation, change: Partial<Standing>, text: string): void {
  const was = standingOf(before);
  // Another state ends a snooze and a stage.
  const is = { ...was, ...(change.state && { snoozed_until: null, stage_id: null }), ...change };
  showToast(text, { undo: () => void takeBack(before, was, is) });
}

async function takeBack(before: Conversation, was: Standing, is: Standing): Promise<void> {
  const { stage_id: stageBefore, ...shown } = was;
  const { stage, paused_at, waiting_since } = before;
  const clock = was.state === is.state && stageBefore === is.stage_id ? {} : { stage, paused_at, waiting_since };
  await showAtOnce(before.id, { ...shown, ...clock }, async () => {
    const { conversation, kept, is_closing_sent } = await postUndo(before.id, { before: was, after: is });
    if (kept.length > 0) showToast(t('undo.kept', { what: formatList(kept.map((one) => t(`undo.${one}`))) }));
    if (is_closing_sent) showToast(t('undo.closing_sent'));
    return conversation;
  });
}

export function reopen(conversation: Conversation): void {
  void changeConversation(conversation.id, { state: 'open' });
}

/** The customer's clock stops without an answer. */
export function endWaiting(conversation: Conversation): void {
  const { id, contact, waiting_since } = conversation;
  void showAtOnce(id, { waiting_since: null }, () => deleteWaiting(id)).then((isDone) => {
    if (!isDone) return;
    showToast(t('toast.no_answer', { name: contact.name }), {
      undo: () => void showAtOnce(id, { waiting_since }, () => putWaiting(id)),
    });
  });
}

/** `until` null: until the customer writes. */
export function snooze(conversation: Conversation, until: Time | null): void {
  const { id, contact } = conversation;
  void sleep(id, until).then((isDone) => {
    if (!isDone) return;
    const text =
      until === null
        ? t('toast.snoozed_reply', { name: contact.name })
        : t('toast.snoozed', { name: contact.name, when: formatNear(until, Date.now()) });
    offerUndo(conversation, { state: 'snoozed', snoozed_until: until }, text);
  });
}

export function wake(conversation: Conversation): void {
  void awake(conversation.id).then((isDone) => {
    if (isDone) offerUndo(conversation, { state: 'open' }, t('toast.woken', { name: conversation.contact.name }));
  });
}

function sleep(id: Id, until: Time | null): Promise<boolean> {
  return showAtOnce(id, { state: 'snoozed', snoozed_until: until }, () => putSnooze(id, until));
}

function awake(id: Id): Promise<boolean> {
  return showAtOnce(id, { state: 'open', snoozed_until: null }, () => deleteSnooze(id));
}

export function assign(conversation: Conversation, assigneeId: Id | null): void {
  if (conversation.assignee_id === assigneeId) return;
  const { id } = conversation;
  void changeConversation(id, { assignee_id: assigneeId }).then((isDone) => {
    if (!isDone) return;
    const name = assigneeId === null ? '' : (getState().agents.get(assigneeId)?.name ?? '');
    const text = assigneeId === null ? t('toast.unassigned') : t('toast.assigned', { name });
    offerUndo(conversation, { assignee_id: assigneeId }, text);
  });
}

/** Returns which conversation it was, if there was one. A press repeated over a bad line takes one. */
export async function takeNext(): Promise<Id | undefined> {
  try {
    const { answer: detail, position } = await ask(() => postTakeNext(newId()));
    if (detail === null) {
      showToast(t('toast.nothing_to_take'));
      return undefined;
    }
    learnDetail({ answer: detail, position });
    showToast(t('toast.took', { name: detail.contact.name }), {
      undo: () => void changeConversation(detail.id, { assignee_id: null }),
    });
    return detail.id;
  } catch (error) {
    showToast(problemText(error), { isError: true });
    return undefined;
  }
}

/** To a team's queue: whoever answers goes on only as one of them. `teamId` null: to no team. */
export function moveToTeam(conversation: Conversation, teamId: Id | null): void {
  if (conversation.team_id === teamId) return;
  const { id, assignee_id } = conversation;
  const { teams } = getState();
  const team = teamId === null ? undefined : teams.get(teamId);
  const staysWith = assignee_id !== null && (team === undefined || team.member_ids.includes(assignee_id));
  const change = { team_id: teamId, ...(staysWith ? {} : { assignee_id: null }) };
  void changeConversation(id, change).then((isDone) => {
    if (!isDone) return;
    offerUndo(conversation, change, team ? t('toast.team', { team: team.name }) : t('toast.no_team'));
  });
}

export function resend(message: Message): void {
  const clientId = newId();
  void save(() => postResend(message.id, clientId));
}

export function discardMessage(message: Message): void {
  void save(() => postDiscard(message.id));
}

export function withdrawNote(message: Message): void {
  void save(() => postWithdraw(message.id));
}

export function settleDelivered(message: Message): void {
  void save(() => postSettle(message.id));
}

export function react(message: Message, emoji: string): void {
  const { me, position } = getState();
  const others = message.reactions.filter((reaction) => !(reaction.by === 'agent'));
  const reactions = emoji === '' ? others : [...others, { by: 'agent' as const, id: me, emoji }];
  dispatch({ type: 'message_saved', message: { ...message, reactions }, position });
  putReaction(message.id, emoji)
    .then((saved) => dispatch({ type: 'message_saved', message: saved, position }))
    .catch((error: unknown) => {
      dispatch({ type: 'message_saved', message, position });
      showToast(problemText(error), { isError: true });
    });
}

async function save(work: () => Promise<Message>): Promise<void> {
  try {
    const { answer: message, position } = await ask(work);
    dispatch({ type: 'message_saved', message, position });
  } catch (error) {
    showToast(problemText(error), { isError: true });
  }
}

/** What an agent does to a conversation or a message: shown at once, taken back if the server refuses. */
import {
  deleteSnooze,
  deleteWaiting,
  patchConversation,
  postDiscard,
  postResend,
  postSettle,
  postTakeNext,
  putReaction,
  putSnooze,
  putWaiting,
  type ConversationChange,
} from '@/shared/api/calls';
import { newId } from '@/shared/api/id';
import type { Conversation, ConversationDetail, Id, Message, Time } from '@/shared/api/types';
import { formatNear } from '@/shared/format/times';
import { t } from '@/shared/i18n';
import { areSent } from '@/shared/outbox/outbox';
import { problemText } from '@/shared/problem';
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
  ask: () => Promise<ConversationDetail>,
): Promise<boolean> {
  const before = getState().conversations.get(id);
  if (!before) return false;
  dispatch({ type: 'conversation_edited', id, change: optimistic });
  const learntBefore = getState().learnt.get(id);
  try {
    const detail = await inTurn(id, ask);
    // If the feed was quicker, it knows better.
    if (getState().learnt.get(id) === learntBefore) {
      learnDetail({ ...detail, read_count: getState().conversations.get(id)?.read_count ?? detail.read_count });
    }
    return true;
  } catch (error) {
    dispatch({ type: 'conversation_edited', id, change: before });
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
  const { id, contact, waiting_since } = conversation;
  void changeConversation(id, { state: 'resolved' }).then((isDone) => {
    if (!isDone) return;
    showToast(t('toast.resolved', { name: contact.name }), {
      undo: () => {
        dispatch({ type: 'conversation_edited', id, change: { waiting_since } });
        void changeConversation(id, { state: 'open' });
      },
    });
  });
}

/** Once these are with the server: an answer that comes after the resolving would open the conversation again. */
export async function resolveWhenSent(conversation: Conversation, clientIds: readonly Id[]): Promise<void> {
  if (await areSent(clientIds)) resolve(getState().conversations.get(conversation.id) ?? conversation);
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
  const { id, contact, state, snoozed_until: before } = conversation;
  void sleep(id, until).then((isDone) => {
    if (!isDone) return;
    const text =
      until === null
        ? t('toast.snoozed_reply', { name: contact.name })
        : t('toast.snoozed', { name: contact.name, when: formatNear(until, Date.now()) });
    showToast(text, { undo: () => void (state === 'snoozed' ? sleep(id, before) : awake(id)) });
  });
}

export function wake(conversation: Conversation): void {
  const { id, contact, snoozed_until: before } = conversation;
  void awake(id).then((isDone) => {
    if (isDone) showToast(t('toast.woken', { name: contact.name }), { undo: () => void sleep(id, before) });
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
  const { id, assignee_id: before } = conversation;
  void changeConversation(id, { assignee_id: assigneeId }).then((isDone) => {
    if (!isDone) return;
    const name = assigneeId === null ? '' : (getState().agents.get(assigneeId)?.name ?? '');
    showToast(assigneeId === null ? t('toast.unassigned') : t('toast.assigned', { name }), {
      undo: () => void changeConversation(id, { assignee_id: before }),
    });
  });
}

/** Returns which conversation it was, if there was one. A press repeated over a bad line takes one. */
export async function takeNext(): Promise<Id | undefined> {
  try {
    const detail = await postTakeNext(newId());
    if (detail === null) {
      showToast(t('toast.nothing_to_take'));
      return undefined;
    }
    learnDetail(detail);
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
  const { id, assignee_id, team_id } = conversation;
  const { teams } = getState();
  const team = teamId === null ? undefined : teams.get(teamId);
  const staysWith = assignee_id !== null && (team === undefined || team.member_ids.includes(assignee_id));
  const change = { team_id: teamId, ...(staysWith ? {} : { assignee_id: null }) };
  void changeConversation(id, change).then((isDone) => {
    if (!isDone) return;
    showToast(team ? t('toast.team', { team: team.name }) : t('toast.no_team'), {
      undo: () => void changeConversation(id, { team_id, assignee_id }),
    });
  });
}

export function resend(message: Message): void {
  void save(postResend(message.id, newId()));
}

export function discardMessage(message: Message): void {
  void save(postDiscard(message.id));
}

export function settleDelivered(message: Message): void {
  void save(postSettle(message.id));
}

export function react(message: Message, emoji: string): void {
  const me = getState().me;
  const others = message.reactions.filter((reaction) => !(reaction.by === 'agent'));
  const reactions = emoji === '' ? others : [...others, { by: 'agent' as const, id: me, emoji }];
  dispatch({ type: 'message_saved', message: { ...message, reactions } });
  putReaction(message.id, emoji)
    .then((saved) => dispatch({ type: 'message_saved', message: saved }))
    .catch((error: unknown) => {
      dispatch({ type: 'message_saved', message });
      showToast(problemText(error), { isError: true });
    });
}

async function save(request: Promise<Message>): Promise<void> {
  try {
    dispatch({ type: 'message_saved', message: await request });
  } catch (error) {
    showToast(problemText(error), { isError: true });
  }
}

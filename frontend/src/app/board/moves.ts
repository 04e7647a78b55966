/** Moving a card: the verb that the column means, with its way back. */
import { changeConversation, offerUndo, wake } from '../thread/actions';
import { finish } from '../resolving/finish';
import { chooseStage } from '../stages/choose';
import { request } from '@/shared/api/http';
import type { Conversation, FieldValue, FieldValues, Id } from '@/shared/api/types';
import { t } from '@/shared/i18n';
import { problemText } from '@/shared/problem';
import { showToast } from '@/shared/ui/Toast';
import { setPriority } from '../together/actions';
import type { Column } from './columns';

export interface Mover {
  /** When the customer is put off until has to be asked. */
  readonly askSnooze: (conversation: Conversation) => void;
  /** A field was filled in, or is as before: only the board knows, for rows do not carry fields. */
  readonly onValue: (id: Id, option: string, isDone: boolean) => void;
  /** Something became of it: what is shown is to be looked at anew. */
  readonly onDone: () => void;
}

export function moveTo(conversation: Conversation, column: Column, name: string, mover: Mover): void {
  switch (column.kind) {
    case 'stage':
      void chooseStage(conversation, column.stage.id, column.stage).then(mover.onDone);
      return;
    case 'priority':
      setPriority(conversation, column.priority);
      return mover.onDone();
    case 'option':
      void moveOption(conversation, column, name, mover);
      return;
    case 'state':
      moveState(conversation, column.state, name, mover);
  }
}

function moveState(
  conversation: Conversation,
  state: Extract<Column, { kind: 'state' }>['state'],
  name: string,
  mover: Mover,
): void {
  if (state === conversation.state) void chooseStage(conversation, null).then(mover.onDone);
  else if (state === 'resolved') void finish(conversation, mover.onDone);
  else if (state === 'snoozed') mover.askSnooze(conversation);
  else if (conversation.state === 'snoozed') {
    wake(conversation);
    mover.onDone();
  } else {
    void changeConversation(conversation.id, { state: 'open' }).then((isDone) => {
      if (isDone) offerUndo(conversation, { state: 'open' }, moved(conversation, name));
      mover.onDone();
    });
  }
}

async function moveOption(
  conversation: Conversation,
  { field, option }: Extract<Column, { kind: 'option' }>,
  name: string,
  mover: Mover,
): Promise<void> {
  const { id } = conversation;
  const path = `/api/conversations/${id}/fields`;
  const put = async (value: FieldValue | null) => {
    mover.onValue(id, String(value ?? ''), false);
    await request<{ fields: FieldValues }>('PATCH', path, { body: { fields: { [field.id]: value } } });
    mover.onValue(id, String(value ?? ''), true);
  };
  let before: FieldValue | null = null;
  const fail = (error: unknown) => {
    mover.onValue(id, String(before ?? ''), true);
    showToast(problemText(error), { isError: true });
  };
  try {
    before = (await request<{ fields: FieldValues }>('GET', path)).fields[field.id] ?? null;
    await put(option?.id ?? null);
    const was = before;
    showToast(moved(conversation, name), { undo: () => void put(was).catch(fail) });
  } catch (error) {
    fail(error);
  }
}

function moved(conversation: Conversation, column: string): string {
  return t('board.moved', { name: conversation.contact.name, column });
}

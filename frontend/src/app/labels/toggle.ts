/** Puts a label on or takes it off: shown at once, taken back if the server refuses. */
import { patchContactLabels, patchConversationLabels, type LabelChange } from '@/shared/api/calls';
import type { Id } from '@/shared/api/types';
import { problemText } from '@/shared/problem';
import { dispatch, getState } from '@/shared/store/store';
import { showToast } from '@/shared/ui/Toast';
import { showAtOnce } from '../thread/actions';

export async function labelConversation(id: Id, labelId: Id, isAdded: boolean): Promise<void> {
  const before = getState().conversations.get(id);
  if (!before) return;
  const optimistic = { label_ids: changed(before.label_ids, labelId, isAdded) };
  await showAtOnce(id, optimistic, () => patchConversationLabels(id, changeOf(labelId, isAdded)));
}

export async function labelContact(id: Id, labelId: Id, isAdded: boolean): Promise<void> {
  const { contacts, position } = getState();
  const before = contacts.get(id);
  if (!before) return;
  const contact = { ...before, label_ids: changed(before.label_ids, labelId, isAdded) };
  dispatch({ type: 'contact_loaded', contact, position });
  try {
    const answer = await patchContactLabels(id, changeOf(labelId, isAdded));
    dispatch({ type: 'contact_loaded', contact: answer, position });
  } catch (error) {
    dispatch({ type: 'contact_loaded', contact: before, position });
    showToast(problemText(error), { isError: true });
  }
}

function changed(ids: readonly Id[], labelId: Id, isAdded: boolean): Id[] {
  const others = ids.filter((id) => id !== labelId);
  return isAdded ? [...others, labelId] : others;
}

function changeOf(labelId: Id, isAdded: boolean): LabelChange {
  return isAdded ? { add: [labelId] } : { remove: [labelId] };
}

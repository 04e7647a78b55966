/** What the contact's panel and page change, one thing at a time. */
import { patchContact, type ContactChange } from '@/shared/api/calls';
import { request } from '@/shared/api/http';
import type { Contact, Id } from '@/shared/api/types';
import { problemText } from '@/shared/problem';
import { ask } from '@/shared/store/ask';
import { dispatch } from '@/shared/store/store';
import { showToast } from '@/shared/ui/Toast';

export function saveContact(id: Id, change: ContactChange): Promise<boolean> {
  return keep(() => patchContact(id, change));
}

export function addNote(id: Id, text: string): Promise<boolean> {
  return keep(() => request<Contact>('POST', `/api/contacts/${id}/notes`, { body: { text } }));
}

export function changeNote(id: Id, noteId: Id, text: string): Promise<boolean> {
  return keep(() => request<Contact>('PATCH', `/api/contacts/${id}/notes/${noteId}`, { body: { text } }));
}

export function deleteNote(id: Id, noteId: Id): Promise<boolean> {
  return keep(() => request<Contact>('DELETE', `/api/contacts/${id}/notes/${noteId}`));
}

/** True if it was done; else its reason was shown. */
export async function keep(work: () => Promise<Contact>): Promise<boolean> {
  try {
    const { answer: contact, position } = await ask(work);
    dispatch({ type: 'contact_loaded', contact, position });
    return true;
  } catch (error) {
    showToast(problemText(error), { isError: true });
    return false;
  }
}

import { useEffect } from 'react';
import type { Conversation } from '@/shared/api/types';
import { loadContact } from '@/shared/store/load';
import { useStore } from '@/shared/store/store';

/** The customer's language, set or guessed, so that the browser checks an answer's spelling by it. */
export function useCustomerLanguage(conversation: Conversation): string | undefined {
  const { id } = conversation.contact;
  const contact = useStore((state) => state.contacts.get(id));
  const isKnown = contact !== undefined;
  useEffect(() => {
    if (!isKnown) void loadContact(id).catch(() => undefined);
  }, [id, isKnown]);
  return contact?.locale ?? contact?.guessed_locale ?? undefined;
}

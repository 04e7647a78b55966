import { useEffect } from 'react';
import type { Id } from '@/shared/api/types';
import { loadContact } from '@/shared/store/load';
import { useStore } from '@/shared/store/store';

/** The customer's language, set or guessed, so that the browser checks an answer's spelling by it. */
export function useCustomerLanguage(id: Id | undefined): string | undefined {
  const contact = useStore((state) => (id === undefined ? undefined : state.contacts.get(id)));
  const isKnown = contact !== undefined || id === undefined;
  useEffect(() => {
    if (!isKnown) void loadContact(id).catch(() => undefined);
  }, [id, isKnown]);
  return contact?.locale || contact?.guessed_locale || undefined;
}

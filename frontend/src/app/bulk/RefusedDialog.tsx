/** Which conversations or contacts an order left as they were, and why. */
import { useEffect, useState } from 'react';
import { Link } from 'wouter';
import { answerOf, client } from '@/shared/api/client';
import type { Id, RefusedOne } from '@/shared/api/types';
import { t } from '@/shared/i18n';
import { problemText } from '@/shared/problem';
import { said } from '@/shared/said';
import { Dialog } from '@/shared/ui/Dialog';
import { InlineError } from '@/shared/ui/InlineError';
import { Skeleton } from '@/shared/ui/Skeleton';
import { paths } from '../paths';
import { showRefused } from './orders';

export default function RefusedDialog({ bulkId }: { readonly bulkId: Id }) {
  const [items, setItems] = useState<readonly RefusedOne[]>();
  const [error, setError] = useState<string>();
  useEffect(() => {
    answerOf(client.GET('/api/bulk-changes/{bulk_id}/refused', { params: { path: { bulk_id: bulkId } } })).then(
      (answer) => setItems(answer.items),
      (cause: unknown) => setError(problemText(cause)),
    );
  }, [bulkId]);
  return (
    <Dialog
      open
      onOpenChange={(isOpen) => !isOpen && showRefused(null)}
      title={t('bulk.refused_title')}
      description={t('bulk.refused_text')}
    >
      {error !== undefined && <InlineError>{error}</InlineError>}
      {items === undefined && error === undefined && <Skeleton />}
      <ul className="-mx-2 flex flex-col">
        {items?.map(({ conversation_id: id, contact_id: contactId, contact_name: name, refusal }) => (
          <li key={id ?? contactId}>
            <Link
              href={id === null ? paths.contacts(contactId) : paths.inbox('open', id)}
              onClick={() => showRefused(null)}
              className="flex flex-col rounded-md px-2 py-1.5 hover:bg-hover"
            >
              <bdi className="truncate text-14 font-medium">{name || t('contacts.nameless')}</bdi>
              <span className="text-13 text-muted">{said(refusal.reason, refusal.title, refusal.values)}</span>
            </Link>
          </li>
        ))}
      </ul>
    </Dialog>
  );
}

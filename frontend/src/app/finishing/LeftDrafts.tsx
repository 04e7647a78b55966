/** What a colleague who is not there has half written here, for whoever answers now. */
import { Pencil } from 'lucide-react';
import { useEffect, useState } from 'react';
import type { Id } from '@/shared/api/types';
import { t } from '@/shared/i18n';
import { setDraft } from '@/shared/outbox/drafts';
import { draftKey } from '@/shared/store/state';
import { getState, useStore } from '@/shared/store/store';
import { Button } from '@/shared/ui/Button';
import { focusComposer } from '../composer/focus';
import { fetchLeftDrafts, type LeftDraft } from './calls';

export default function LeftDrafts({ conversationId }: { readonly conversationId: Id }) {
  const agents = useStore((state) => state.agents);
  const own = useStore((state) => state.drafts.get(draftKey(conversationId, 'reply'))?.text ?? '');
  const [found, setFound] = useState<readonly LeftDraft[]>([]);
  useEffect(() => {
    let isCurrent = true;
    fetchLeftDrafts(conversationId).then(
      (drafts) => isCurrent && setFound(drafts),
      // Whoever cannot be asked says nothing: the answer can be written all the same.
      () => undefined,
    );
    return () => {
      isCurrent = false;
    };
  }, [conversationId]);
  const first = found.find(({ text }) => !own.includes(text));
  if (!first) return null;
  return (
    <div
      role="status"
      className="mx-4 mb-2 flex flex-wrap items-center gap-x-3 gap-y-1 rounded-lg border border-line-strong px-3 py-2 text-13 max-md:mx-2.5"
    >
      <Pencil aria-hidden size={16} strokeWidth={1.75} className="shrink-0 text-muted" />
      <span className="min-w-0 flex-1">
        <span className="block font-medium">
          {t('finishing.left_drafts', { name: agents.get(first.agent_id)?.name ?? '' })}
        </span>
        <span dir="auto" className="line-clamp-3 text-aligned whitespace-pre-line text-muted">
          {first.text}
        </span>
      </span>
      <Button size="small" onClick={() => takeOver(conversationId, first.text)}>
        {t('finishing.use_draft')}
      </Button>
    </div>
  );
}

/** Below what one has written oneself. */
function takeOver(conversationId: Id, text: string): void {
  const own = getState().drafts.get(draftKey(conversationId, 'reply'))?.text.trimEnd() ?? '';
  setDraft(conversationId, 'reply', own === '' ? text : `${own}\n${text}`);
  focusComposer('reply');
}

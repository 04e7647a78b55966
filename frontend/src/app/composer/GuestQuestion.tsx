import { UserPlus } from 'lucide-react';
import { t } from '@/shared/i18n';
import { setDraft } from '@/shared/outbox/drafts';
import { answerUnseen, discard } from '@/shared/outbox/outbox';
import { draftKey, type Unsent } from '@/shared/store/state';
import { getState } from '@/shared/store/store';
import { Button } from '@/shared/ui/Button';

/** Above the box, once a note names somebody who may not see the conversation. It takes no focus and blocks nothing. */
export default function GuestQuestion({ note }: { readonly note: Unsent }) {
  const { clientId, conversationId, content, unseen } = note;
  if (!unseen) return null;
  const count = unseen.agentIds.length;
  const rewrite = () => {
    const written = getState().drafts.get(draftKey(conversationId, 'note'))?.text ?? '';
    const text = content.kind === 'text' ? content.text : '';
    setDraft(conversationId, 'note', [text, written].filter(Boolean).join('\n'));
    void discard(clientId);
  };
  return (
    <section
      role="alert"
      aria-label={t('guest.title')}
      className="mb-2 flex flex-wrap items-center gap-x-3 gap-y-2 rounded-lg border border-warn/50 bg-warn-tint px-3 py-2 text-13"
    >
      <UserPlus aria-hidden size={16} strokeWidth={1.75} className="shrink-0 text-warn" />
      <p dir="auto" className="min-w-48 flex-1">
        {unseen.canBeAsked
          ? t('guest.question', { names: unseen.names, count })
          : t('guest.walled', { names: unseen.names })}
      </p>
      <span className="flex flex-wrap gap-2">
        <Button size="small" look="plain" onClick={rewrite}>
          {t('guest.rewrite')}
        </Button>
        <Button size="small" onClick={() => void answerUnseen(clientId, false)}>
          {t('guest.leave')}
        </Button>
        {unseen.canBeAsked && (
          <Button size="small" look="filled" onClick={() => void answerUnseen(clientId, true)}>
            {t('guest.add')}
          </Button>
        )}
      </span>
    </section>
  );
}

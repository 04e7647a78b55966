import { Users } from 'lucide-react';
import { t } from '@/shared/i18n';
import { useCommands } from '@/shared/keys/keyboard';
import { noteUses, setDraft } from '@/shared/outbox/drafts';
import { discard, sendAllTheSame } from '@/shared/outbox/outbox';
import { draftKey, type Unsent } from '@/shared/store/state';
import { getState } from '@/shared/store/store';
import { Button } from '@/shared/ui/Button';
import { Kbd } from '@/shared/ui/Kbd';
import { focusComposer } from './focus';

/** Above the box, once an answer says what many customers were told within minutes. It takes no focus and blocks nothing. */
export default function RepeatQuestion({ answer }: { readonly answer: Unsent }) {
  const { clientId, conversationId, content, reason, file } = answer;
  const send = () => {
    void sendAllTheSame(clientId);
    focusComposer('reply');
  };
  useCommands({
    send_anyway: () => {
      send();
      return true;
    },
  });
  const rewrite = () => {
    const written = getState().drafts.get(draftKey(conversationId, 'reply'))?.text ?? '';
    const text = content.kind === 'text' ? content.text : content.kind === 'media' ? content.caption : '';
    setDraft(conversationId, 'reply', [text, written].filter(Boolean).join('\n'));
    if ('uses' in content && content.uses) noteUses(conversationId, 'reply', content.uses);
    void discard(clientId);
    focusComposer('reply');
  };
  return (
    <section
      role="alert"
      aria-label={t('repeat.title')}
      className="mb-2 flex flex-wrap items-center gap-x-3 gap-y-2 rounded-lg border border-warn/50 bg-warn-tint px-3 py-2 text-13"
    >
      <Users aria-hidden size={16} strokeWidth={1.75} className="shrink-0 text-warn" />
      <p className="min-w-48 flex-1">{reason}</p>
      <span className="flex flex-wrap gap-2">
        {/* A file is not put back: it would have to be chosen anew. */}
        {content.kind === 'text' && file === null ? (
          <Button size="small" look="plain" onClick={rewrite}>
            {t('repeat.rewrite')}
          </Button>
        ) : (
          <Button size="small" look="plain" onClick={() => void discard(clientId)}>
            {t('foot.discard')}
          </Button>
        )}
        <Button size="small" look="filled" onClick={send}>
          {t('repeat.send')}
          <span className="max-md:hidden">
            <Kbd keys={['Mod', 'Shift', 'Y']} isOnAccent />
          </span>
        </Button>
      </span>
    </section>
  );
}

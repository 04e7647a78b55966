import { CircleAlert, CircleHelp } from 'lucide-react';
import { lazy, Suspense, useState, type ReactNode } from 'react';
import { useMay } from '@/shared/api/session';
import type { Message } from '@/shared/api/types';
import { t } from '@/shared/i18n';
import { discard, sendAgain } from '@/shared/outbox/outbox';
import { said } from '@/shared/said';
import { useStore } from '@/shared/store/store';
import { cx } from '@/shared/ui/cx';
import { focusComposer } from '../composer/focus';
import { discardMessage, resend, settleDelivered } from './actions';
import type { ShownMessage } from './rows';

const ConfirmDialog = lazy(async () => ({ default: (await import('@/shared/ui/Dialog')).ConfirmDialog }));

export interface MessageFootProps {
  readonly shown: ShownMessage;
  readonly contactName: string;
  readonly onTemplate: () => void;
}

/** Under a bubble that did not simply arrive: why, and what helps. */
export function MessageFoot({ shown, contactName, onTemplate }: MessageFootProps) {
  const { message, unsent } = shown;
  // Whom it names, and whether it goes to that many, is asked about above the box.
  if (unsent?.unseen || unsent?.isWarned) return null;
  if (unsent) return unsent.state === 'refused' ? <Refused clientId={unsent.clientId} reason={unsent.reason} /> : null;
  if (message.direction !== 'outgoing' || message.deleted_at !== null) return null;
  if (message.is_uncertain) return <Uncertain message={message} contactName={contactName} />;
  if (message.status === 'failed') return <Failed message={message} onTemplate={onTemplate} />;
  if (message.copies > 0) return <p className="text-12 text-muted">{t('message.copies')}</p>;
  return null;
}

function Refused({ clientId, reason }: { readonly clientId: string; readonly reason: string }) {
  return (
    <Foot look="failed" title={t('foot.not_sent')} text={reason}>
      <Act onClick={() => void sendAgain(clientId)}>{t('foot.send_again')}</Act>
      <Act
        onClick={() => {
          void discard(clientId);
          focusComposer('reply');
        }}
      >
        {t('foot.discard')}
      </Act>
    </Foot>
  );
}

/** What helps is offered to whoever may send. */
function Acts({ children }: { readonly children: ReactNode }) {
  return useMay('messages:send') ? <p className="flex gap-4">{children}</p> : null;
}

function Failed({ message, onTemplate }: { readonly message: Message; readonly onTemplate: () => void }) {
  const { failure } = message;
  // Refused until the customer writes: better said than pressed in vain.
  const isUnreachable = useStore((state) => state.conversations.get(message.conversation_id)?.is_unreachable ?? false);
  const why = failure && said(failure.reason || failure.code, failure.text);
  const code = failure?.code ? t('foot.code', { code: failure.code }) : '';
  return (
    <Foot look="failed" title={t('foot.not_delivered')} text={[why, code].filter(Boolean).join(' ')}>
      {failure?.help === 'template' ? (
        <Act onClick={onTemplate}>{t('foot.as_template')}</Act>
      ) : isUnreachable ? (
        <span className="text-muted pointer-coarse:py-3">{t('foot.when_they_write')}</span>
      ) : (
        <Act onClick={() => resend(message)}>{t('foot.send_again')}</Act>
      )}
      <Act onClick={() => discardMessage(message)}>{t('foot.discard')}</Act>
    </Foot>
  );
}

function Uncertain({ message, contactName }: { readonly message: Message; readonly contactName: string }) {
  const [isAsking, setIsAsking] = useState(false);
  return (
    <Foot look="uncertain" title={t('foot.uncertain')} text={t('foot.uncertain_why')}>
      <Act onClick={() => settleDelivered(message)}>{t('foot.delivered')}</Act>
      <Act onClick={() => setIsAsking(true)}>{t('foot.send_again_asking')}</Act>
      {isAsking && (
        <Suspense fallback={null}>
          <ConfirmDialog
            open={isAsking}
            onOpenChange={setIsAsking}
            title={t('foot.ask_title')}
            description={t('foot.ask_text', { name: contactName })}
            action={t('foot.send_again')}
            onConfirm={() => {
              setIsAsking(false);
              resend(message);
            }}
          />
        </Suspense>
      )}
    </Foot>
  );
}

interface FootProps {
  readonly look: 'failed' | 'uncertain';
  readonly title: string;
  readonly text: string;
  readonly children: ReactNode;
}

function Foot({ look, title, text, children }: FootProps) {
  const Icon = look === 'failed' ? CircleAlert : CircleHelp;
  return (
    <div className={cx('flex max-w-full gap-1.5 text-12', look === 'failed' ? 'text-danger' : 'text-warn')}>
      <Icon aria-hidden size={14} strokeWidth={1.75} className="mt-px shrink-0" />
      <div className="min-w-0">
        <p className="break-words">
          <span className="font-semibold">{title}</span> {text}
        </p>
        <Acts>{children}</Acts>
      </div>
    </div>
  );
}

function Act({ onClick, children }: { readonly onClick: () => void; readonly children: ReactNode }) {
  return (
    <button
      type="button"
      onClick={onClick}
      className="min-h-6 font-medium text-accent hover:underline pointer-coarse:min-h-11"
    >
      {children}
    </button>
  );
}

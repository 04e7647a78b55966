import { ChevronRight, Pencil } from 'lucide-react';
import { createContext, lazy, Suspense, useContext, useRef, useState } from 'react';
import { useMay } from '@/shared/api/session';
import type { MediaContent, Message } from '@/shared/api/types';
import { t } from '@/shared/i18n';
import { formatDate } from '@/shared/i18n/format';
import { useStore } from '@/shared/store/store';
import { cx } from '@/shared/ui/cx';
import { languageName } from '../../contact/languages';

const SpokenEditor = lazy(() => import('./SpokenEditor'));

/** One was led to this message: what it was found by is shown. */
export const LedHere = createContext(false);

const ACT =
  'inline-flex min-h-6 items-center gap-1 text-12 font-medium text-accent hover:underline pointer-coarse:min-h-11';

/** What is said in a sound, folded under its player, and the way to write it down. */
export function SpokenText({ message, content }: { readonly message: Message; readonly content: MediaContent }) {
  const isLedHere = useContext(LedHere);
  const [wasLed, setWasLed] = useState(false);
  const [isOpen, setIsOpen] = useState(false);
  const [isEditing, setIsEditing] = useState(false);
  const opener = useRef<HTMLButtonElement>(null);
  const mayWrite = useMay('spoken_texts:write') && message.deleted_at === null;
  const spoken = content.spoken ?? null;
  if (isLedHere !== wasLed) {
    setWasLed(isLedHere);
    if (isLedHere) setIsOpen(true);
  }

  if (isEditing && mayWrite) {
    return (
      <Suspense fallback={null}>
        <SpokenEditor
          message={message}
          spoken={spoken}
          onClose={(isKept) => {
            setIsEditing(false);
            setIsOpen(isKept);
            // The button that opened it is drawn again first.
            setTimeout(() => opener.current?.focus());
          }}
        />
      </Suspense>
    );
  }
  if (spoken === null) {
    return mayWrite ? (
      <button ref={opener} type="button" onClick={() => setIsEditing(true)} className={cx(ACT, 'mt-1')}>
        <Pencil aria-hidden size={12} strokeWidth={1.75} />
        {t('spoken.write')}
      </button>
    ) : null;
  }
  const language = spoken.language ? languageName(spoken.language) : '';
  return (
    <div className="mt-1 w-72 max-w-full text-13">
      <button
        ref={mayWrite && isOpen ? undefined : opener}
        type="button"
        aria-expanded={isOpen}
        onClick={() => setIsOpen(!isOpen)}
        className="flex min-h-6 items-center gap-1 text-12 text-muted hover:text-ink pointer-coarse:min-h-11"
      >
        <ChevronRight
          aria-hidden
          size={14}
          strokeWidth={1.75}
          className={cx('shrink-0 transition-transform', isOpen ? 'rotate-90' : 'rtl:-scale-x-100')}
        />
        {t('spoken.title')}
        {language && <bdi>· {language}</bdi>}
      </button>
      {isOpen && (
        <>
          <p
            dir="auto"
            lang={spoken.language || undefined}
            className="py-0.5 text-start break-words whitespace-pre-wrap text-muted"
          >
            {spoken.text}
          </p>
          <p className="flex flex-wrap items-center gap-x-3 text-11 text-muted">
            <Writer spoken={spoken} />
            {mayWrite && (
              <button ref={opener} type="button" onClick={() => setIsEditing(true)} className={ACT}>
                {t('spoken.correct')}
              </button>
            )}
          </p>
        </>
      )}
    </div>
  );
}

function Writer({ spoken }: { readonly spoken: NonNullable<MediaContent['spoken']> }) {
  const { agent_id: id, is_by_hand: isByHand, written_at: at } = spoken;
  const name = useStore((state) => (id ? state.agents.get(id)?.name : undefined));
  const time = formatDate(at, { day: 'numeric', month: 'short', hour: '2-digit', minute: '2-digit' });
  return <bdi>{isByHand && name ? t('spoken.by', { name, time }) : t('spoken.by_program', { time })}</bdi>;
}

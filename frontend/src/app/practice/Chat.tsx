import { ChevronLeft, SendHorizontal, X } from 'lucide-react';
import { useEffect, useRef, useState, type FormEvent, type KeyboardEvent } from 'react';
import { t } from '@/shared/i18n';
import { formatDate } from '@/shared/i18n/format';
import { problemText } from '@/shared/problem';
import { Avatar } from '@/shared/ui/Avatar';
import { InlineError } from '@/shared/ui/InlineError';
import { Actions } from './Actions';
import { AttachMenu } from './AttachMenu';
import { Bubble } from './Bubble';
import { lastIncoming, momentOf, previewOf, type Phone } from './phone';
import { PhoneFrame } from './PhoneFrame';
import { sendMessage, type Customer, type NewMessage, type Overview, type PhoneMessage } from './protocol';
import { usePhone } from './usePhone';

export interface ChatProps {
  readonly channelId: string;
  readonly business: Overview['business'];
  readonly customer: Customer;
  readonly onBack: () => void;
}

/** The customer's side of the conversation with the business, and what a phone can send. */
export function Chat({ channelId, business, customer, onBack }: ChatProps) {
  const { phone, isUnreachable } = usePhone(channelId, customer.id);
  const [chosenId, setChosenId] = useState<string | null>(null);
  const [quotedId, setQuotedId] = useState<string | null>(null);
  const [failure, setFailure] = useState<string>();
  const field = useRef<HTMLTextAreaElement>(null);

  const target = phone.messages.find(({ id }) => id === chosenId) ?? lastIncoming(phone);
  const quoted = phone.messages.find(({ id }) => id === quotedId);

  /** Sends it; false if the phone could not. A promise is a sample still being made. */
  async function send(message: NewMessage | Promise<NewMessage>): Promise<boolean> {
    setFailure(undefined);
    try {
      const made = await message;
      const quote = quoted !== undefined && made.message_id === undefined ? { message_id: quoted.id } : {};
      await sendMessage(channelId, customer.id, { ...made, ...quote });
      setQuotedId(null);
      setChosenId(null);
      return true;
    } catch (error) {
      setFailure(problemText(error));
      return false;
    }
  }

  function quote(message: PhoneMessage): void {
    setQuotedId(message.id);
    field.current?.focus();
  }

  return (
    <div className="flex min-h-0 flex-1 flex-col gap-3 p-4 pb-3">
      <PhoneFrame owner={customer.name}>
        <header className="flex h-13 shrink-0 items-center gap-2 border-b border-line ps-1 pe-3">
          <button
            type="button"
            aria-label={t('practice.whose')}
            onClick={onBack}
            className="grid size-8 place-items-center rounded-md text-accent hover:bg-hover pointer-coarse:size-11"
          >
            <ChevronLeft aria-hidden size={20} strokeWidth={1.75} className="rtl:-scale-x-100" />
          </button>
          <Avatar name={business.name} size={28} />
          <div className="min-w-0 flex-1">
            <p className="truncate text-14 font-medium">
              <bdi>{business.name}</bdi>
            </p>
            <p aria-live="polite" className="truncate text-12 text-muted">
              {phone.isTyping ? t('practice.typing') : t('practice.business')}
            </p>
          </div>
        </header>
        <Thread phone={phone} chosenId={chosenId} onChoose={setChosenId} onSend={(message) => void send(message)} />
        {(isUnreachable || phone.customer?.online === false) && (
          <p role="status" className="bg-warn-tint px-4 py-1.5 text-12 text-warn">
            {isUnreachable ? t('practice.unreachable_text') : t('practice.is_offline')}
          </p>
        )}
        {quoted !== undefined && <QuoteBar message={quoted} onClear={() => setQuotedId(null)} />}
        <Writer fieldRef={field} onSend={send} />
      </PhoneFrame>
      {failure !== undefined && <InlineError>{failure}</InlineError>}
      <Actions
        channelId={channelId}
        customer={phone.customer ?? customer}
        target={target}
        onQuote={quote}
        onSend={(message) => void send(message)}
        onFailure={(error) => setFailure(problemText(error))}
      />
    </div>
  );
}

interface ThreadProps {
  readonly phone: Phone;
  readonly chosenId: string | null;
  readonly onChoose: (id: string | null) => void;
  readonly onSend: (message: NewMessage) => void;
}

function Thread({ phone, chosenId, onChoose, onSend }: ThreadProps) {
  const scroller = useRef<HTMLDivElement>(null);
  const isAtEnd = useRef(true);
  useEffect(() => {
    const element = scroller.current;
    if (element !== null && isAtEnd.current) element.scrollTop = element.scrollHeight;
  }, [phone]);
  useEffect(() => {
    const element = scroller.current;
    if (element === null) return;
    const watch = new ResizeObserver(() => {
      if (isAtEnd.current) element.scrollTop = element.scrollHeight;
    });
    watch.observe(element);
    if (element.firstElementChild !== null) watch.observe(element.firstElementChild);
    return () => watch.disconnect();
  }, []);
  return (
    <div
      ref={scroller}
      role="log"
      aria-label={t('practice.messages')}
      tabIndex={0}
      onScroll={({ currentTarget }) => {
        isAtEnd.current = currentTarget.scrollHeight - currentTarget.scrollTop - currentTarget.clientHeight < 40;
      }}
      className="min-h-0 flex-1 overflow-y-auto bg-canvas"
    >
      <div className="flex min-h-full flex-col justify-end gap-1.5 px-2.5 py-3">
        {phone.messages.length === 0 && phone.cursor !== null && (
          <p className="px-6 pb-4 text-center text-13 text-muted">{t('practice.empty')}</p>
        )}
        {phone.messages.map((message, index) => (
          <div key={message.id} className="flex flex-col gap-1.5">
            {isNewDay(phone.messages[index - 1], message) && (
              <p className="py-2 text-center text-12 font-medium text-muted">{dayLabel(momentOf(message))}</p>
            )}
            <Bubble
              message={message}
              isChosen={message.id === chosenId}
              onChoose={() => onChoose(message.id === chosenId ? null : message.id)}
              onSend={onSend}
            />
          </div>
        ))}
        {phone.isTyping && <TypingDots />}
      </div>
    </div>
  );
}

function TypingDots() {
  return (
    <div aria-hidden className="flex w-fit gap-1 rounded-xl bg-surface px-3 py-3">
      {[0, 1, 2].map((dot) => (
        <span key={dot} className="size-1.5 rounded-full bg-muted" />
      ))}
    </div>
  );
}

function QuoteBar({ message, onClear }: { readonly message: PhoneMessage; readonly onClear: () => void }) {
  return (
    <div className="flex items-center gap-2 border-t border-line py-1.5 ps-4 pe-2">
      <p dir="auto" className="min-w-0 flex-1 truncate border-s-2 border-accent ps-2 text-12 text-muted">
        {previewOf(message)}
      </p>
      <button
        type="button"
        aria-label={t('practice.no_quote')}
        onClick={onClear}
        className="grid size-7 place-items-center rounded-sm text-muted hover:bg-hover hover:text-ink"
      >
        <X aria-hidden size={14} strokeWidth={1.75} />
      </button>
    </div>
  );
}

interface WriterProps {
  readonly fieldRef: React.RefObject<HTMLTextAreaElement | null>;
  readonly onSend: (message: NewMessage | Promise<NewMessage>) => Promise<boolean>;
}

function Writer({ fieldRef, onSend }: WriterProps) {
  const [text, setText] = useState('');

  async function send(event?: FormEvent): Promise<void> {
    event?.preventDefault();
    const written = text.trim();
    if (written === '') return;
    setText('');
    const succeeded = await onSend({ kind: 'text', text: written });
    if (!succeeded) setText((current) => (current === '' ? written : current));
  }

  function onKeyDown(event: KeyboardEvent): void {
    if (event.key !== 'Enter' || event.shiftKey || event.nativeEvent.isComposing) return;
    event.preventDefault();
    void send();
  }

  return (
    <form
      className="flex items-end gap-1.5 border-t border-line px-1.5 pt-2 pb-3"
      onSubmit={(event) => void send(event)}
    >
      <AttachMenu onSend={(message) => void onSend(message)} />
      <textarea
        ref={fieldRef}
        dir="auto"
        rows={1}
        aria-label={t('practice.message')}
        placeholder={t('practice.message')}
        value={text}
        onChange={(event) => setText(event.target.value)}
        onKeyDown={onKeyDown}
        className="field-sizing-content max-h-24 min-h-8 min-w-0 flex-1 resize-none rounded-[16px] border border-line-strong bg-surface px-3 py-[5px] text-14 placeholder:text-muted pointer-coarse:text-16"
      />
      <button
        type="submit"
        aria-label={t('practice.send')}
        className="grid size-8 shrink-0 place-items-center rounded-md text-accent hover:bg-hover pointer-coarse:size-11"
      >
        <SendHorizontal aria-hidden size={18} strokeWidth={1.75} className="rtl:-scale-x-100" />
      </button>
    </form>
  );
}

function isNewDay(before: PhoneMessage | undefined, message: PhoneMessage): boolean {
  return before === undefined || momentOf(before).toDateString() !== momentOf(message).toDateString();
}

function dayLabel(day: Date): string {
  const isToday = day.toDateString() === new Date().toDateString();
  return isToday ? t('practice.today') : formatDate(day, { weekday: 'long', day: 'numeric', month: 'long' });
}

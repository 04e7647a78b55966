/**
 * The pages of a transcript, seen only by the printer. The browser makes the PDF (decision 20): it has faces for every
 * script that customers write, and knows how Arabic joins and which way Hebrew runs.
 */
import { useEffect, useLayoutEffect } from 'react';
import { createPortal } from 'react-dom';
import type { Conversation, Message } from '@/shared/api/types';
import { t } from '@/shared/i18n';
import { formatDate, formatMoment, formatTime } from '@/shared/i18n/format';
import { useStore } from '@/shared/store/store';
import { describeContent } from '../../inbox/describe';
import { whatOf, whoOf } from '../cleanText';

export interface TranscriptPagesProps {
  readonly conversation: Conversation;
  readonly messages: readonly Message[];
  readonly onPrinted: () => void;
}

export function TranscriptPages({ conversation, messages, onPrinted }: TranscriptPagesProps) {
  const agents = useStore((state) => state.agents);
  const channel = useStore((state) => state.channels.get(conversation.channel_id));
  useLayoutEffect(() => {
    const before = document.title;
    document.title = t('transcript.name', { name: conversation.contact.name });
    document.body.dataset['printing'] = 'transcript';
    return () => {
      document.title = before;
      delete document.body.dataset['printing'];
    };
  }, [conversation.contact.name]);
  useEffect(() => {
    // The pictures first: what is not there when the pages are made stays white.
    const pictures = [...document.querySelectorAll<HTMLImageElement>('[data-transcript] img')];
    let isCurrent = true;
    void Promise.allSettled(pictures.map((picture) => picture.decode())).then(() => {
      if (!isCurrent) return;
      print();
      onPrinted();
    });
    return () => {
      isCurrent = false;
    };
  }, [onPrinted]);

  const names = { contact: conversation.contact.name, agents };
  let day = '';
  return createPortal(
    <div data-transcript className="hidden bg-white p-0 text-black print:block">
      <h1 dir="auto" className="text-20 font-semibold">
        {conversation.contact.name}
      </h1>
      <p className="pb-4 text-12">
        {[channel?.name, conversation.address_display, formatMoment(new Date())].filter(Boolean).join(' · ')}
      </p>
      {messages.map((message) => {
        const its = formatDate(message.at, { dateStyle: 'full' });
        const isNewDay = its !== day;
        day = its;
        return (
          <div key={message.id} className="break-inside-avoid">
            {isNewDay && <h2 className="pt-4 pb-1 text-13 font-semibold">{its}</h2>}
            <div className="flex gap-3 border-b border-neutral-300 py-1.5 text-13">
              <time dateTime={message.at} className="tabular w-14 shrink-0">
                {formatTime(message.at)}
              </time>
              <div className="min-w-0 flex-1">
                <p dir="auto" className="font-semibold">
                  {whoOf(message, names)}
                </p>
                <p dir="auto" className="break-words whitespace-pre-wrap">
                  {whatOf(message)}
                </p>
                <Picture message={message} />
              </div>
            </div>
          </div>
        );
      })}
    </div>,
    document.body,
  );
}

function Picture({ message }: { readonly message: Message }) {
  const { content } = message;
  if (content.kind !== 'media' || content.media !== 'image' || message.deleted_at !== null) return null;
  const file = message.files[content.file_id];
  if (file?.state !== 'ready') return null;
  return <img src={file.url} alt={describeContent(content)} className="mt-1 max-h-64 max-w-full" />;
}

import { Download, FileText } from 'lucide-react';
import { useEffect, useState } from 'react';
import type { FileRecord, MediaContent } from '@/shared/api/types';
import { t } from '@/shared/i18n';
import { formatBytes, formatNumber } from '@/shared/i18n/format';
import { wordOfKind } from '../../inbox/describe';
import { BesideMeta, Meta, WithMeta } from '../Meta';
import { RichText } from '../RichText';
import type { ShownMessage } from '../rows';
import { FileState, isStored } from './FileFrame';
import { Picture, pictureWidth } from './Picture';
import { Sound } from './Sound';
import { SpokenText } from './SpokenText';

const STILL_READ_MS = 10_000;

/** A message with a file: picture, film, sound, document or sticker, with its caption. */
export function MediaView({ shown, content }: { readonly shown: ShownMessage; readonly content: MediaContent }) {
  const file = useShownFile(shown, content);
  const word = wordOfKind(content.is_voice ? 'voice' : content.media);
  const caption = content.caption ?? '';
  const isVisual = content.media === 'image' || content.media === 'video';
  if (content.media === 'sticker') return <StickerView shown={shown} file={file} word={word} />;
  if (isVisual && isStored(file)) {
    const width = pictureWidth(file.width, file.height);
    return (
      <div style={{ width }} className="-mx-2 -mt-1 max-w-[calc(100%+1rem)]">
        {content.media === 'image' ? (
          <Picture
            src={file.url}
            alt={caption || word}
            width={file.width ?? null}
            height={file.height ?? null}
            name={file.name}
            fileId={file.id}
            at={shown.message.at}
            conversationId={shown.message.conversation_id}
          />
        ) : (
          <video src={file.url} controls preload="metadata" className="w-full rounded-lg bg-hover" />
        )}
        <div className="px-2 pt-1.5">
          <Caption shown={shown} text={caption} />
        </div>
      </div>
    );
  }
  if (!isStored(file) && caption === '') {
    return (
      <WithMeta shown={shown}>
        <FileState file={file} word={word} />
      </WithMeta>
    );
  }
  const body = isStored(file) ? (
    <StoredFile file={file} content={content} word={word} />
  ) : (
    <FileState file={file} word={word} />
  );
  const spoken = content.media === 'audio' && !shown.unsent && <SpokenText message={shown.message} content={content} />;
  if (caption === '' && !isGoingUp(shown)) {
    return (
      <>
        <BesideMeta shown={shown}>{body}</BesideMeta>
        {spoken}
      </>
    );
  }
  return (
    <div>
      {body}
      {spoken}
      <Caption shown={shown} text={caption} />
    </div>
  );
}

function isGoingUp({ unsent }: ShownMessage): boolean {
  return unsent?.state === 'uploading';
}

function StoredFile({
  file,
  content,
  word,
}: {
  readonly file: FileRecord;
  readonly content: MediaContent;
  readonly word: string;
}) {
  if (content.media === 'audio') return <Sound file={file} isVoice={content.is_voice ?? false} />;
  const name = content.file_name || file.name || word;
  return (
    <a
      href={file.url.startsWith('blob:') ? file.url : `${file.url}?download=1`}
      download={name}
      className="flex items-center gap-3 rounded-lg"
    >
      <span className="grid size-10 shrink-0 place-items-center rounded-lg bg-press">
        <FileText aria-hidden size={18} strokeWidth={1.75} />
      </span>
      <span className="min-w-0 flex-1">
        <span dir="auto" className="block truncate text-start font-medium">
          {name}
        </span>
        <span className="block text-12 text-muted">{formatBytes(file.size_bytes)}</span>
      </span>
      <Download aria-hidden size={16} strokeWidth={1.75} className="shrink-0 text-muted" />
    </a>
  );
}

function Caption({ shown, text }: { readonly shown: ShownMessage; readonly text: string }) {
  const upload = shown.unsent?.state === 'uploading' ? shown.unsent.progress : null;
  if (upload !== null) {
    return (
      <div className="flex items-center gap-2 pt-1">
        <progress value={upload} aria-label={t('file.uploading')} className="h-1 flex-1 accent-(--accent)" />
        <span className="tabular text-11 text-muted">{formatNumber(upload, { style: 'percent' })}</span>
      </div>
    );
  }
  if (text === '') {
    return (
      <div className="flex justify-end pt-0.5">
        <Meta shown={shown} />
      </div>
    );
  }
  return (
    <WithMeta shown={shown}>
      <span dir="auto" className="break-words whitespace-pre-wrap">
        <RichText text={text} />
      </span>
    </WithMeta>
  );
}

function StickerView({
  shown,
  file,
  word,
}: {
  readonly shown: ShownMessage;
  readonly file: FileRecord | undefined;
  readonly word: string;
}) {
  return (
    <div className="flex flex-col items-end gap-1">
      {isStored(file) ? (
        <img src={file.url} alt={word} width={128} height={128} className="size-32 object-contain" />
      ) : (
        <FileState file={file} word={word} />
      )}
      <Meta shown={shown} />
    </div>
  );
}

/** The server's file, or the one that still goes up: shown from this browser. */
function useShownFile(shown: ShownMessage, content: MediaContent): FileRecord | undefined {
  const local = shown.unsent?.file ?? null;
  const [url, setUrl] = useState('');
  useEffect(() => {
    if (!local) return;
    const made = URL.createObjectURL(local.blob);
    setUrl(made);
    // A player may be reading it at this moment, while the server's file takes its place.
    return () => void setTimeout(() => URL.revokeObjectURL(made), STILL_READ_MS);
  }, [local]);
  if (!local) return shown.message.files[content.file_id];
  return {
    id: content.file_id,
    mime: local.mime,
    name: local.name,
    size_bytes: local.blob.size,
    state: url ? 'ready' : 'pending',
    url,
    width: null,
    height: null,
    duration_s: null,
    loss: null,
  };
}

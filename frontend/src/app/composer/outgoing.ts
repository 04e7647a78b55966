/** What leaves the box: one message per file, and the text where it fits. */
import type { MediaContent, OutgoingContent, ReplyUse } from '@/shared/api/types';
import { takesCaption, type Attachment } from './attachments';

export interface Outgoing {
  content: OutgoingContent | { kind: 'media'; media: Attachment['media']; caption: string; is_voice?: boolean };
  file: { blob: Blob; name: string; mime: string } | null;
  isFirst: boolean;
}

/** One message per file; the text goes below the first that takes it, else in front as a message of its own. */
export function outgoingOf(
  text: string,
  attachments: readonly Attachment[],
  captionLength: number,
  uses: readonly ReplyUse[] = [],
): Outgoing[] {
  const [first, ...others] = partsOf(text, attachments, captionLength);
  if (first === undefined || uses.length === 0) return first ? [first, ...others] : [];
  // The server takes ten at most; who began with more has worded it anew.
  return [{ ...first, content: { ...first.content, uses: uses.slice(-10) } as Outgoing['content'] }, ...others];
}

function partsOf(text: string, attachments: readonly Attachment[], captionLength: number): Outgoing[] {
  const first = attachments[0];
  const isCaption = first !== undefined && text !== '' && takesCaption(first.media) && text.length <= captionLength;
  const files = attachments.map((attachment, index) => ({
    ...fileOf(attachment, isCaption && index === 0 ? text : ''),
    isFirst: index === 0 && (isCaption || text === ''),
  }));
  if (text === '' || isCaption) return files;
  return [{ content: { kind: 'text', text }, file: null, isFirst: true }, ...files];
}

function fileOf({ file, kept, media, name, mime }: Attachment, caption: string): Pick<Outgoing, 'content' | 'file'> {
  if (file !== null) return { content: { kind: 'media', media, caption }, file: { blob: file, name, mime } };
  const content: MediaContent = {
    kind: 'media',
    media,
    file_id: kept?.id ?? '',
    caption,
    file_name: media === 'document' ? name : '',
    is_voice: false,
  };
  return { content, file: null };
}

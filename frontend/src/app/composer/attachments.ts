/** Files that wait in the composer: what kind they go out as, and whether the channel takes them. */
import { newId } from '@/shared/api/id';
import type { Capabilities, Id, MediaKind, MediaLimit } from '@/shared/api/types';
import { t } from '@/shared/i18n';
import { formatBytes } from '@/shared/i18n/format';

export interface Attachment {
  id: Id;
  file: File;
  media: MediaKind;
  /** Why it cannot go; empty if it can. */
  problem: string;
}

const ORDER: readonly MediaKind[] = ['image', 'video', 'audio', 'document'];

export function attach(file: File, capabilities: Capabilities): Attachment {
  const media = kindFor(file.type, capabilities);
  const limit = media === null ? undefined : capabilities.media[media];
  const problem =
    limit === undefined
      ? t('attach.type')
      : file.size > limit.size_bytes
        ? t('attach.size', { limit: formatBytes(limit.size_bytes) })
        : file.size === 0
          ? t('attach.empty')
          : '';
  return { id: newId(), file, media: media ?? 'document', problem };
}

/** The kind that takes this type: shown as what it is where possible, else as a document. Null if the channel takes none. */
export function kindFor(mime: string, capabilities: Pick<Capabilities, 'media'>): MediaKind | null {
  const type = mime.split(';')[0]?.trim() ?? '';
  for (const media of ORDER) {
    const limit = capabilities.media[media];
    if (limit && accepts(limit, type, media)) return media;
  }
  return null;
}

function accepts(limit: MediaLimit, type: string, media: MediaKind): boolean {
  if (limit.mimes.length === 0) return media === 'document' || type.startsWith(`${media}/`);
  return limit.mimes.some(
    (mime) => mime === type || mime === '*/*' || (mime.endsWith('/*') && type.startsWith(mime.slice(0, -1))),
  );
}

/** Kinds that may carry a text below them. */
export function takesCaption(media: MediaKind): boolean {
  return media === 'image' || media === 'video' || media === 'document';
}

const waiting = new Map<Id, readonly Attachment[]>();

/** Attachments stay with their conversation while the agent looks elsewhere. */
export function keptAttachments(conversationId: Id): readonly Attachment[] {
  return waiting.get(conversationId) ?? [];
}

export function keepAttachments(conversationId: Id, attachments: readonly Attachment[]): void {
  if (attachments.length === 0) waiting.delete(conversationId);
  else waiting.set(conversationId, attachments);
}

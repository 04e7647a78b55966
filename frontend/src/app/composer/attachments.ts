/** Files that wait in the composer: what kind they go out as, and whether the channel takes them. */
import { newId } from '@/shared/api/id';
import type { Capabilities, FileRecord, Id, MediaKind, MediaLimit } from '@/shared/api/types';
import { t } from '@/shared/i18n';
import { formatBytes } from '@/shared/i18n/format';

export interface Attachment {
  id: Id;
  name: string;
  mime: string;
  size_bytes: number;
  /** What is still to go up; null: the server has it, as `kept`. */
  file: File | null;
  kept: FileRecord | null;
  media: MediaKind;
  /** Why it cannot go; empty if it can. */
  problem: string;
}

const ORDER: readonly MediaKind[] = ['image', 'video', 'audio', 'document'];

export function attach(file: File, capabilities: Capabilities): Attachment {
  return { ...judged(file.type, file.size, capabilities), name: file.name, file, kept: null };
}

/** A file of a saved reply: it was kept for any channel, so this one is asked now. */
export function attachKept(kept: FileRecord, capabilities: Capabilities): Attachment {
  return { ...judged(kept.mime, kept.size_bytes, capabilities), name: kept.name, file: null, kept };
}

function judged(mime: string, size_bytes: number, capabilities: Capabilities) {
  const media = kindFor(mime, capabilities);
  const limit = media === null ? undefined : capabilities.media[media];
  const problem =
    limit === undefined
      ? t('attach.type')
      : size_bytes > limit.size_bytes
        ? t('attach.size', { limit: formatBytes(limit.size_bytes) })
        : size_bytes === 0
          ? t('attach.empty')
          : '';
  return { id: newId(), mime, size_bytes, media: media ?? ('document' as const), problem };
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

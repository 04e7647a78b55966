/** The pictures of a thread, as far as it is loaded: what one pages through in the large view. */
import type { Id, Message } from '@/shared/api/types';
import type { State } from '@/shared/store/state';
import { isStored } from './FileFrame';

export interface GalleryPicture {
  readonly fileId: Id;
  readonly src: string;
  readonly alt: string;
  readonly name: string;
  readonly at: string;
}

export function picturesOf(messages: readonly Message[], word: string): GalleryPicture[] {
  return messages.flatMap((message) => {
    const { content } = message;
    if (content.kind !== 'media' || content.media !== 'image' || message.deleted_at !== null) return [];
    const file = message.files[content.file_id];
    if (!isStored(file)) return [];
    return [{ fileId: file.id, src: file.url, alt: content.caption || word, name: file.name, at: message.at }];
  });
}

export function messagesOf(state: State, conversationId: Id): Message[] {
  return (state.threads.get(conversationId)?.ids ?? []).flatMap((id) => state.messages.get(id) ?? []);
}

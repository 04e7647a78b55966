import { getCsrfToken, Problem } from './http';
import type { FileRecord, Id } from './types';

export interface Uploadable {
  blob: Blob;
  name: string;
  mime: string;
}

/** Sends a file up for a channel, or to be kept (null). fetch tells nothing about what has gone up; this does. */
export function uploadFile(
  channelId: Id | null,
  file: Uploadable,
  onProgress: (share: number) => void = () => undefined,
): Promise<FileRecord> {
  return new Promise((resolve, reject) => {
    const call = new XMLHttpRequest();
    call.open('POST', '/api/files');
    call.responseType = 'json';
    call.setRequestHeader('X-CSRF-Token', getCsrfToken());
    call.upload.onprogress = (event) => event.lengthComputable && onProgress(event.loaded / event.total);
    call.onerror = () => reject(new Problem(0, {}));
    call.onload = () => {
      if (call.status >= 200 && call.status < 300) resolve(call.response as FileRecord);
      else reject(new Problem(call.status, (call.response as object | null) ?? {}));
    };
    const form = new FormData();
    if (channelId !== null) form.set('channel_id', channelId);
    form.set('file', file.blob, file.name);
    call.send(form);
  });
}

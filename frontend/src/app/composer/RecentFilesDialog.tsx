import { FileText, Music, Video } from 'lucide-react';
import { useEffect, useLayoutEffect, useRef, useState } from 'react';
import { fetchRecentFiles, postFileCopy } from '@/shared/api/calls';
import type { Channel, FileRecord, MediaContent } from '@/shared/api/types';
import { t } from '@/shared/i18n';
import { formatBytes } from '@/shared/i18n/format';
import { problemText } from '@/shared/problem';
import { Dialog } from '@/shared/ui/Dialog';
import { showToast } from '@/shared/ui/Toast';
import { kindFor } from './attachments';

export interface RecentFilesDialogProps {
  readonly channel: Channel;
  readonly onSend: (content: MediaContent) => void;
  readonly onClose: () => void;
}

/** The last twenty files of this agent; one press sends one again, without going up a second time. */
export default function RecentFilesDialog({ channel, onSend, onClose }: RecentFilesDialogProps) {
  const [files, setFiles] = useState<readonly FileRecord[] | null>(null);
  const first = useRef<HTMLButtonElement>(null);
  useEffect(() => {
    fetchRecentFiles().then(setFiles, (error: unknown) => showToast(problemText(error), { isError: true }));
  }, []);
  // The files may come before the dialog takes the focus or after it: whoever is last finds the first file.
  useLayoutEffect(() => first.current?.focus(), [files]);
  const send = async (file: FileRecord) => {
    const media = kindFor(file.mime, channel.capabilities);
    if (media === null) return showToast(t('attach.type'), { isError: true });
    try {
      const copy = await postFileCopy(file.id, channel.id);
      onSend({
        kind: 'media',
        media,
        file_id: copy.id,
        caption: '',
        file_name: media === 'document' ? copy.name : '',
        is_voice: file.name === 'voice.ogg',
      });
      onClose();
    } catch (error) {
      showToast(problemText(error), { isError: true });
    }
  };
  return (
    <Dialog open onOpenChange={(open) => !open && onClose()} title={t('recent.title')} initialFocus={first}>
      {files === null && <p className="text-13 text-muted">{t('common.loading')}</p>}
      {files?.length === 0 && <p className="text-13 text-muted">{t('recent.none')}</p>}
      <ul className="-mx-2">
        {files?.map((file, index) => (
          <li key={file.id}>
            <button
              ref={index === 0 ? first : undefined}
              type="button"
              onClick={() => void send(file)}
              className="flex min-h-11 w-full items-center gap-3 rounded-md px-2 text-start hover:bg-hover focus-visible:bg-accent-soft"
            >
              <Thumb file={file} />
              <bdi className="min-w-0 flex-1 truncate text-14">{file.name || t('attach.unnamed')}</bdi>
              <span className="shrink-0 text-12 text-muted">{formatBytes(file.size_bytes)}</span>
            </button>
          </li>
        ))}
      </ul>
    </Dialog>
  );
}

function Thumb({ file }: { readonly file: FileRecord }) {
  if (file.mime.startsWith('image/')) {
    return <img src={file.url} alt="" loading="lazy" className="size-9 shrink-0 rounded-sm object-cover" />;
  }
  const Icon = file.mime.startsWith('audio/') ? Music : file.mime.startsWith('video/') ? Video : FileText;
  return (
    <span className="grid size-9 shrink-0 place-items-center rounded-sm bg-press">
      <Icon aria-hidden size={16} strokeWidth={1.75} />
    </span>
  );
}

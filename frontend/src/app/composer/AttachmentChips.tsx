import { Crop, FileText, Music, Video, X } from 'lucide-react';
import { useEffect, useState } from 'react';
import { t } from '@/shared/i18n';
import { formatBytes } from '@/shared/i18n/format';
import { cx } from '@/shared/ui/cx';
import type { Attachment } from './attachments';

const ICONS = { image: FileText, sticker: FileText, document: FileText, audio: Music, video: Video } as const;

export function AttachmentChips({
  attachments,
  onRemove,
  onEdit,
}: {
  readonly attachments: readonly Attachment[];
  readonly onRemove: (attachment: Attachment) => void;
  readonly onEdit: (attachment: Attachment) => void;
}) {
  if (attachments.length === 0) return null;
  return (
    <ul aria-label={t('attach.label')} className="flex flex-wrap gap-2 px-3 pt-1">
      {attachments.map((attachment) => (
        <li
          key={attachment.id}
          className={cx(
            'flex max-w-64 min-w-0 items-center gap-2 rounded-md border p-1 pe-0.5',
            attachment.problem ? 'border-danger' : 'border-line',
          )}
        >
          <Thumb attachment={attachment} />
          <span className="min-w-0">
            <span dir="auto" className="block truncate text-aligned text-12 font-medium">
              {attachment.name || t('attach.unnamed')}
            </span>
            <span className={cx('block text-11', attachment.problem ? 'text-danger' : 'text-muted')}>
              {attachment.problem || formatBytes(attachment.size_bytes)}
            </span>
          </span>
          {attachment.file !== null && attachment.mime.startsWith('image/') && (
            <button
              type="button"
              aria-label={t('attach.edit', { name: attachment.name })}
              onClick={() => onEdit(attachment)}
              className="grid size-7 shrink-0 place-items-center rounded-sm text-muted hover:bg-hover hover:text-ink pointer-coarse:size-11"
            >
              <Crop aria-hidden size={14} strokeWidth={1.75} />
            </button>
          )}
          <button
            type="button"
            aria-label={t('attach.remove', { name: attachment.name })}
            onClick={() => onRemove(attachment)}
            className="grid size-7 shrink-0 place-items-center rounded-sm text-muted hover:bg-hover hover:text-ink pointer-coarse:size-11"
          >
            <X aria-hidden size={14} strokeWidth={1.75} />
          </button>
        </li>
      ))}
    </ul>
  );
}

function Thumb({ attachment }: { readonly attachment: Attachment }) {
  const [url, setUrl] = useState('');
  useEffect(() => {
    if (attachment.media !== 'image') return;
    if (attachment.file === null) {
      setUrl(attachment.kept?.url ?? '');
      return;
    }
    const made = URL.createObjectURL(attachment.file);
    setUrl(made);
    return () => URL.revokeObjectURL(made);
  }, [attachment]);
  if (url) return <img src={url} alt="" className="size-9 rounded-sm object-cover" />;
  const Icon = ICONS[attachment.media];
  return (
    <span className="grid size-9 shrink-0 place-items-center rounded-sm bg-press">
      <Icon aria-hidden size={16} strokeWidth={1.75} />
    </span>
  );
}

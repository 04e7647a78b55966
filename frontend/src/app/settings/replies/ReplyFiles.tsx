import { FileText, Plus, X } from 'lucide-react';
import { useRef, useState } from 'react';
import type { FileRecord } from '@/shared/api/types';
import { uploadFile } from '@/shared/api/upload';
import { t } from '@/shared/i18n';
import { formatBytes } from '@/shared/i18n/format';
import { problemText } from '@/shared/problem';
import { Button } from '@/shared/ui/Button';
import { IconButton } from '@/shared/ui/IconButton';
import { FieldNote } from '@/shared/ui/InlineError';

export interface ReplyFilesProps {
  readonly files: readonly FileRecord[];
  readonly error: string | undefined;
  readonly onAdd: (file: FileRecord) => void;
  readonly onRemove: (file: FileRecord) => void;
}

/** The files of a saved reply. Each goes up as soon as it is chosen, and is kept once the reply is saved. */
export function ReplyFiles({ files, error, onAdd, onRemove }: ReplyFilesProps) {
  const picker = useRef<HTMLInputElement>(null);
  const [isBusy, setBusy] = useState(false);
  const [refusal, setRefusal] = useState<string>();

  async function add(chosen: readonly File[]): Promise<void> {
    setBusy(true);
    setRefusal(undefined);
    try {
      for (const file of chosen) onAdd(await uploadFile(null, { blob: file, name: file.name, mime: file.type }));
    } catch (problem) {
      setRefusal(problemText(problem));
    }
    setBusy(false);
  }

  return (
    <div role="group" aria-labelledby="reply-files" className="flex min-w-0 flex-col gap-1.5">
      <span id="reply-files" className="text-14 font-medium">
        {t('settings.replies.files')}
      </span>
      {files.length > 0 && (
        <ul className="flex flex-col divide-y divide-line rounded-md border border-line">
          {files.map((file) => (
            <li key={file.id} className="flex min-h-11 items-center gap-2 px-2 py-1">
              {file.mime.startsWith('image/') ? (
                <img src={file.url} alt="" className="size-8 shrink-0 rounded-sm object-cover" />
              ) : (
                <span className="grid size-8 shrink-0 place-items-center rounded-sm bg-press">
                  <FileText aria-hidden size={16} strokeWidth={1.75} />
                </span>
              )}
              <bdi className="min-w-0 flex-1 truncate text-14">{file.name}</bdi>
              <span className="shrink-0 text-12 text-muted">{formatBytes(file.size_bytes)}</span>
              <IconButton
                icon={X}
                size={28}
                label={t('settings.replies.remove_file', { name: file.name })}
                onClick={() => onRemove(file)}
              />
            </li>
          ))}
        </ul>
      )}
      <div aria-live="polite" className="empty:hidden">
        {(refusal ?? error) !== undefined && <FieldNote state="failed">{refusal ?? error}</FieldNote>}
      </div>
      <p className="text-13 text-muted">{t('settings.replies.files_text')}</p>
      <div>
        <Button size="small" icon={Plus} isBusy={isBusy} onClick={() => picker.current?.click()}>
          {t('settings.replies.add_files')}
        </Button>
        <input
          ref={picker}
          type="file"
          multiple
          tabIndex={-1}
          aria-hidden
          className="hidden"
          onChange={(event) => {
            void add([...(event.target.files ?? [])]);
            event.target.value = '';
          }}
        />
      </div>
    </div>
  );
}

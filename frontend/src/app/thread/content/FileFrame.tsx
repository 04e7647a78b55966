import { CloudOff, LoaderCircle } from 'lucide-react';
import type { ReactNode } from 'react';
import type { FileRecord } from '@/shared/api/types';
import { t } from '@/shared/i18n';

/** True once the bytes are with us. */
export function isStored(file: FileRecord | undefined): file is FileRecord {
  return file?.state === 'ready';
}

export function isLost(file: FileRecord): boolean {
  return file.state === 'failed' || file.state === 'refused';
}

/** Where a file will stand: it is on its way, or it could not be had. */
export function FileState({ file, word }: { readonly file: FileRecord | undefined; readonly word: string }): ReactNode {
  const lost = file !== undefined && isLost(file);
  const Icon = lost ? CloudOff : LoaderCircle;
  return (
    <span className="flex items-center gap-2 text-14 text-muted">
      <Icon aria-hidden size={16} strokeWidth={1.75} className={lost ? undefined : 'motion-safe:animate-spin'} />
      {lost ? t('file.lost', { word }) : t('file.pending', { word })}
    </span>
  );
}

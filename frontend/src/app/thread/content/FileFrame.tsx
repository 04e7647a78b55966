import { CloudOff, FileX, LoaderCircle, type LucideIcon } from 'lucide-react';
import type { ReactNode } from 'react';
import type { FileRecord } from '@/shared/api/types';
import { hasText, t } from '@/shared/i18n';
import { cx } from '@/shared/ui/cx';

/** True once the bytes are with us. */
export function isStored(file: FileRecord | undefined): file is FileRecord {
  return file?.state === 'ready';
}

export function isLost(file: FileRecord): boolean {
  return file.state === 'failed' || file.state === 'refused';
}

/** Where a file will stand: it is on its way, or why it will not come. */
export function FileState({ file, word }: { readonly file: FileRecord | undefined; readonly word: string }): ReactNode {
  const Icon = iconOf(file);
  return (
    <span className="text-14 text-muted">
      <Icon
        aria-hidden
        size={16}
        strokeWidth={1.75}
        className={cx('me-2 inline-block align-[-3px]', Icon === LoaderCircle && 'motion-safe:animate-spin')}
      />
      {stateOf(file, word)}
    </span>
  );
}

function iconOf(file: FileRecord | undefined): LucideIcon {
  if (file === undefined || !isLost(file)) return LoaderCircle;
  return file.state === 'refused' ? FileX : CloudOff;
}

/** A newer server may know more reasons than this page. */
function stateOf(file: FileRecord | undefined, word: string): string {
  if (file === undefined || !isLost(file)) return t('file.pending', { word });
  const why = `file.lost_${file.loss ?? ''}`;
  return t(hasText(why) ? why : 'file.lost', { word });
}

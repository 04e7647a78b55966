/** What rules did in one conversation, and why they did not: opened from a line of its thread. */
import { useEffect, useState } from 'react';
import { useNames } from '@/app/macros/names';
import { request } from '@/shared/api/http';
import type { Id } from '@/shared/api/types';
import { t } from '@/shared/i18n';
import { Button } from '@/shared/ui/Button';
import { Dialog } from '@/shared/ui/Dialog';
import { EmptyState } from '@/shared/ui/EmptyState';
import { InlineError } from '@/shared/ui/InlineError';
import { Skeleton } from '@/shared/ui/Skeleton';
import { Runs } from './Runs';
import { useRunPages } from './useRunPages';

export default function ConversationRuns({ id, onClose }: { readonly id: Id; readonly onClose: () => void }) {
  const names = useNames();
  const [isOpen, setOpen] = useState(true);
  const pages = useRunPages((after) => request('GET', `/api/conversations/${id}/rule-runs${after}`));
  useEffect(() => {
    if (!isOpen) onClose();
  }, [isOpen, onClose]);
  return (
    <Dialog open={isOpen} isWide onOpenChange={setOpen} title={t('rules.here')}>
      {pages.runs === undefined && !pages.hasFailed && <Skeleton />}
      {pages.hasFailed && <InlineError>{t('common.failed')}</InlineError>}
      {pages.runs?.length === 0 && <EmptyState title={t('rules.no_runs')} text={t('rules.no_runs_text')} />}
      {pages.runs && pages.runs.length > 0 && (
        <Runs runs={pages.runs} names={names} by="conversation" label={t('rules.here')} />
      )}
      {pages.more && <Button onClick={pages.more}>{t('rules.earlier')}</Button>}
    </Dialog>
  );
}

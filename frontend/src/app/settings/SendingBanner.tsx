import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { PauseCircle } from 'lucide-react';
import { request } from '@/shared/api/http';
import { useSession } from '@/shared/api/session';
import { t } from '@/shared/i18n';
import { Trans } from '@/shared/i18n/Trans';
import { formatMoment } from '@/shared/i18n/format';
import { Button } from '@/shared/ui/Button';
import { act } from './act';
import type { Workspace } from './types';

export const workspaceQuery = {
  queryKey: ['workspace'],
  queryFn: () => request<Workspace>('GET', '/api/workspace'),
};

/** Says on every page that nothing goes out, since when and why; an admin starts it again here. */
export function SendingBanner() {
  const session = useSession();
  const { data: workspace } = useQuery(workspaceQuery);
  const sending = useSetSending();
  const since = workspace?.sending.since ?? null;
  if (since === null) return null;
  return (
    <div
      role="status"
      className="flex shrink-0 flex-wrap items-center gap-x-3 gap-y-2 border-b border-line bg-warn-tint px-4 py-2 text-13 text-ink"
    >
      <PauseCircle aria-hidden size={16} strokeWidth={1.75} className="shrink-0 text-warn" />
      <p className="min-w-0 flex-1 basis-60">
        <Trans
          text={t('settings.sending.banner', { time: formatMoment(since) })}
          tags={{ 1: (words) => <strong className="font-medium">{words}</strong> }}
        />
      </p>
      {session?.agent.permissions.includes('sending:pause') && (
        <Button size="small" isBusy={sending.isPending} onClick={() => sending.mutate(false)}>
          {t('settings.sending.resume')}
        </Button>
      )}
    </div>
  );
}

/** Pauses or resumes everything that goes out of the workspace. */
export function useSetSending() {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (paused: boolean) =>
      act(() => request('POST', '/api/workspace/sending', { body: { paused } }), {
        done: paused ? t('settings.sending.paused') : t('settings.sending.resumed'),
      }),
    onSettled: () => queries.invalidateQueries({ queryKey: ['workspace'] }),
  });
}

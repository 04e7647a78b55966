import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { request } from '@/shared/api/http';
import { useSignedIn } from '@/shared/api/session';
import { t } from '@/shared/i18n';
import { Button } from '@/shared/ui/Button';
import { act } from '../act';
import { Block } from '../parts/Page';

/** What `--demo` filled the desk with: named for what it is, and gone with one press. */
export function Demo() {
  const { agent } = useSignedIn();
  const queries = useQueryClient();
  const [isBusy, setIsBusy] = useState(false);
  const { data } = useQuery({
    queryKey: ['demo'],
    queryFn: () => request<{ conversations: number }>('GET', '/api/demo'),
  });
  if (!data || data.conversations === 0) return null;

  const remove = async () => {
    setIsBusy(true);
    await act(() => request('DELETE', '/api/demo'), { done: t('settings.demo.removed') });
    await queries.invalidateQueries();
    setIsBusy(false);
  };
  return (
    <Block title={t('settings.demo.title')} text={t('settings.demo.text', { count: data.conversations })}>
      <Button
        look="danger"
        isBusy={isBusy}
        disabled={!agent.permissions.includes('workspace:change')}
        className="self-start"
        onClick={() => void remove()}
      >
        {t('settings.demo.remove')}
      </Button>
    </Block>
  );
}

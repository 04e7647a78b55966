import { LogOut } from 'lucide-react';
import { useState } from 'react';
import { request } from '@/shared/api/http';
import { t } from '@/shared/i18n';
import { Button } from '@/shared/ui/Button';
import { ConfirmDialog } from '@/shared/ui/Dialog';
import { act } from '../act';
import type { Agent } from '../types';

/** Ends every session that a colleague has in this workspace: a lost telephone, a computer that others use. */
export function SignOut({ agent }: { readonly agent: Agent }) {
  const [isAsking, setIsAsking] = useState(false);
  const { id, name } = agent;

  async function signOut(): Promise<void> {
    setIsAsking(false);
    await act(() => request('DELETE', `/api/agents/${id}/sessions`), {
      done: t('settings.people.signed_out', { name }),
    });
  }

  return (
    <div className="border-t border-line pt-4">
      <Button icon={LogOut} onClick={() => setIsAsking(true)}>
        {t('settings.people.sign_out')}
      </Button>
      <ConfirmDialog
        open={isAsking}
        onOpenChange={setIsAsking}
        title={t('settings.people.sign_out_title', { name })}
        description={t('settings.people.sign_out_text', { name })}
        action={t('settings.people.sign_out')}
        onConfirm={() => void signOut()}
      />
    </div>
  );
}

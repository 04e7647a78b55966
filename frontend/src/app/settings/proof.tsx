import { useRef, useState, useSyncExternalStore, type FormEvent } from 'react';
import { Problem, request } from '@/shared/api/http';
import { useSession } from '@/shared/api/session';
import { t } from '@/shared/i18n';
import { Button } from '@/shared/ui/Button';
import { Dialog } from '@/shared/ui/Dialog';
import { InlineError } from '@/shared/ui/InlineError';
import { TextField } from '@/shared/ui/TextField';
import { useSubmit } from '@/shared/useSubmit';

/** The person closed the question instead of proving who they are: nothing happened, and nothing needs to be said. */
export class ProofCancelled extends Error {}

interface Question {
  readonly answer: (isProved: boolean) => void;
}

let question: Question | null = null;
const listeners = new Set<() => void>();

/** Does the work; if the server wants a fresh proof of who asks, gets it and does the work again. */
export async function withProof<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof Problem) || error.code !== 'proof_required') throw error;
  }
  if (!(await askForProof())) throw new ProofCancelled();
  return work();
}

function askForProof(): Promise<boolean> {
  return new Promise((resolve) => {
    question?.answer(false);
    question = {
      answer: (isProved) => {
        question = null;
        emit();
        resolve(isProved);
      },
    };
    emit();
  });
}

/** Once on every page whose verbs may need a proof. */
export function ProofDialog() {
  const open = useSyncExternalStore(subscribe, () => question);
  return open === null ? null : <ProofForm answer={open.answer} />;
}

function ProofForm({ answer }: Question) {
  const session = useSession();
  const [password, setPassword] = useState('');
  const field = useRef<HTMLInputElement>(null);
  const submit = useSubmit(['password']);

  async function prove(event: FormEvent): Promise<void> {
    event.preventDefault();
    const isProved = await submit.run(() => request('POST', '/api/session/proof', { body: { password } }));
    if (isProved) answer(true);
    else field.current?.select();
  }

  return (
    <Dialog
      open
      onOpenChange={(isOpen) => !isOpen && answer(false)}
      title={t('settings.proof.title')}
      description={t('settings.proof.text')}
      initialFocus={field}
      footer={
        <>
          <Button look="plain" onClick={() => answer(false)}>
            {t('common.cancel')}
          </Button>
          <Button type="submit" form="proof" look="filled" isBusy={submit.isBusy}>
            {t('common.continue')}
          </Button>
        </>
      }
    >
      <form id="proof" className="flex flex-col gap-3" onSubmit={(event) => void prove(event)}>
        <input type="hidden" name="username" autoComplete="username" value={session?.person.email ?? ''} readOnly />
        <TextField
          ref={field}
          label={t('person.password')}
          type="password"
          autoComplete="current-password"
          required
          dir="ltr"
          value={password}
          onValueChange={setPassword}
          error={submit.errors.password}
        />
        {submit.error !== undefined && <InlineError>{submit.error}</InlineError>}
      </form>
    </Dialog>
  );
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

function emit(): void {
  for (const listener of listeners) listener();
}

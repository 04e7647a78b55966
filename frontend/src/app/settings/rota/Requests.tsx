import { Check, Undo2, X } from 'lucide-react';
import { useMay } from '@/shared/api/session';
import { t } from '@/shared/i18n';
import { useStore } from '@/shared/store/store';
import { Button } from '@/shared/ui/Button';
import type { RotaChange } from '../types';
import type { RotaEdit } from './useRota';
import { askedText, offText } from './words';

const TOLD_FOR_MS = 3 * 86_400_000;

interface RequestsProps {
  readonly changes: readonly RotaChange[];
  readonly edit: RotaEdit;
  readonly now: number;
}

/** What waits for a word, and for some days what became of one's own. */
export function Requests({ changes, edit, now }: RequestsProps) {
  const me = useStore((state) => state.me);
  const asked = changes.filter(({ state, ends_at }) => state === 'asked' && Date.parse(ends_at) > now);
  const decided = changes.filter((one) => isNews(one, me, now));
  if (asked.length + decided.length === 0) return null;
  return (
    <section aria-label={t('rota.asked')} className="rounded-lg border border-line">
      <h2 className="border-b border-line px-4 py-2 text-14 font-medium">{t('rota.asked')}</h2>
      <ul className="divide-y divide-line">
        {asked.map((change) => (
          <Request key={change.id} change={change} me={me} edit={edit} />
        ))}
        {decided.map((change) => (
          <li key={change.id} className="px-4 py-2 text-14 text-muted">
            {t(change.state === 'accepted' ? 'rota.was_accepted' : 'rota.was_refused', { what: askedText(change) })}
          </li>
        ))}
      </ul>
    </section>
  );
}

/** Decided lately, and not by whoever asked. */
function isNews(change: RotaChange, me: string, now: number): boolean {
  if (change.asked_by !== me || change.decided_by === me || change.decided_at === null) return false;
  const isDecided = change.state === 'accepted' || change.state === 'refused';
  return isDecided && Date.parse(change.decided_at) > now - TOLD_FOR_MS;
}

function Request({ change, me, edit }: { readonly change: RotaChange; readonly me: string; readonly edit: RotaEdit }) {
  const mayPlan = useMay('rota:manage');
  const mayDecide = mayPlan || change.receiver_id === me;
  return (
    <li className="flex flex-wrap items-center gap-x-4 gap-y-2 px-4 py-2.5">
      <p className="min-w-0 flex-1 basis-72 text-14">
        <bdi>{askedText(change)}</bdi>
        {(change.note !== '' || change.reason !== '') && (
          <span className="block text-13 text-muted" dir="auto">
            {[change.reason === '' ? '' : offText(change), change.note].filter(Boolean).join(' · ')}
          </span>
        )}
      </p>
      <span className="flex gap-2">
        {mayDecide && (
          <>
            <Button icon={Check} onClick={() => void edit.decide(change, true)}>
              {t('rota.accept')}
            </Button>
            <Button look="plain" icon={X} onClick={() => void edit.decide(change, false)}>
              {t('rota.refuse')}
            </Button>
          </>
        )}
        {change.agent_id === me && (
          <Button look="plain" icon={Undo2} onClick={() => void edit.withdraw(change)}>
            {t('rota.withdraw')}
          </Button>
        )}
      </span>
    </li>
  );
}

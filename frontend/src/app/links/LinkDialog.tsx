/** Merges another conversation of this contact into this one, or links one that has to do with it. */
import { GitMerge, Link2 } from 'lucide-react';
import { useDeferredValue, useEffect, useState } from 'react';
import { fetchContact, fetchConversations, postMerge, postRelation } from '@/shared/api/calls';
import type { Conversation, EarlierConversation, Id } from '@/shared/api/types';
import { fold } from '@/shared/format/fold';
import { t } from '@/shared/i18n';
import { formatMoment } from '@/shared/i18n/format';
import { problemText } from '@/shared/problem';
import { useStore } from '@/shared/store/store';
import { Button } from '@/shared/ui/Button';
import { Dialog } from '@/shared/ui/Dialog';
import { InlineError } from '@/shared/ui/InlineError';
import { TextField } from '@/shared/ui/TextField';
import { showToast } from '@/shared/ui/Toast';

const FOUND = 100;
const SHOWN = 6;

export interface LinkDialogProps {
  readonly conversation: Conversation;
  readonly onClose: () => void;
}

export default function LinkDialog({ conversation, onClose }: LinkDialogProps) {
  const { id, contact } = conversation;
  const [own, setOwn] = useState<readonly EarlierConversation[]>([]);
  const [others, setOthers] = useState<readonly Conversation[]>([]);
  const [query, setQuery] = useState('');
  const [error, setError] = useState('');
  const wanted = useDeferredValue(fold(query.trim()));
  const channels = useStore((state) => state.channels);
  useEffect(() => {
    let isCurrent = true;
    const fail = (problem: unknown) => isCurrent && setError(problemText(problem));
    fetchContact(contact.id).then(
      (found) => isCurrent && setOwn(found.conversations.filter((one) => one.id !== id)),
      fail,
    );
    fetchConversations({ view: 'open', channelId: null, order: 'newest', limit: FOUND }).then(
      (page) => isCurrent && setOthers(page.items.filter((one) => one.contact.id !== contact.id)),
      fail,
    );
    return () => {
      isCurrent = false;
    };
  }, [id, contact.id]);

  const link = async (work: Promise<unknown>, said: string) => {
    setError('');
    try {
      await work;
      showToast(said);
      onClose();
    } catch (problem) {
      setError(problemText(problem));
    }
  };
  const relate = (otherId: Id) => void link(postRelation(id, otherId), t('links.related_done'));
  const merge = (otherId: Id) => void link(postMerge(id, otherId), t('links.merged_done'));
  const shown =
    wanted === ''
      ? []
      : others.filter((one) => fold(`${one.contact.name} ${one.address_display}`).includes(wanted)).slice(0, SHOWN);
  return (
    <Dialog open onOpenChange={(isOpen) => !isOpen && onClose()} title={t('links.dialog')}>
      <section aria-label={t('links.own', { name: contact.name })}>
        <h3 className="pb-1 text-13 font-semibold">{t('links.own', { name: contact.name })}</h3>
        {own.length === 0 && <p className="text-13 text-muted">{t('links.own_none')}</p>}
        <ul className="max-h-56 overflow-y-auto">
          {own.map((one) => (
            <li key={one.id} className="flex items-center gap-2 border-b border-line py-2">
              <span className="min-w-0 flex-1">
                <span dir="auto" className="block truncate text-aligned text-14">
                  {one.preview || t('contact.no_text')}
                </span>
                <span className="block truncate text-12 text-muted">
                  {[channels.get(one.channel_id)?.name, formatMoment(one.last_activity_at)].filter(Boolean).join(' · ')}
                </span>
              </span>
              <Button icon={GitMerge} onClick={() => merge(one.id)}>
                {t('links.merge')}
              </Button>
              <Button look="plain" icon={Link2} onClick={() => relate(one.id)}>
                {t('links.relate')}
              </Button>
            </li>
          ))}
        </ul>
        <p className="pt-2 text-13 text-muted">{t('links.merge_hint')}</p>
      </section>
      <section aria-label={t('links.others')} className="flex flex-col gap-2">
        <TextField label={t('links.others')} value={query} onValueChange={setQuery} />
        <ul>
          {shown.map((one) => (
            <li key={one.id} className="flex items-center gap-2 border-b border-line py-2">
              <span dir="auto" className="min-w-0 flex-1 truncate text-aligned text-14">
                {one.contact.name} <span className="text-12 text-muted">{one.address_display}</span>
              </span>
              <Button look="plain" icon={Link2} onClick={() => relate(one.id)}>
                {t('links.relate')}
              </Button>
            </li>
          ))}
        </ul>
      </section>
      {error !== '' && <InlineError>{error}</InlineError>}
    </Dialog>
  );
}

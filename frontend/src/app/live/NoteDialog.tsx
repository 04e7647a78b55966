/** A word to a colleague about a conversation: a note in it that names them. The customer never sees it. */
import { useEffect, useId, useState } from 'react';
import { request } from '@/shared/api/http';
import { newId } from '@/shared/api/id';
import type { Id } from '@/shared/api/types';
import { t } from '@/shared/i18n';
import { problemText } from '@/shared/problem';
import { loadConversation } from '@/shared/store/load';
import { useStore } from '@/shared/store/store';
import { FormDialog } from '@/shared/ui/FormDialog';
import { Select } from '@/shared/ui/Select';
import { showToast } from '@/shared/ui/Toast';
import { useSubmit } from '@/shared/useSubmit';
import { absenceText } from '../availability/words';

const NOBODY = '';

export default function NoteDialog({
  conversationId,
  onClose,
}: {
  readonly conversationId: Id;
  readonly onClose: () => void;
}) {
  const conversation = useStore((state) => state.conversations.get(conversationId));
  const agents = useStore((state) => state.agents);
  const me = useStore((state) => state.me);
  const [clientId] = useState(newId);
  const [chosen, setChosen] = useState<Id>();
  const [text, setText] = useState('');
  const submit = useSubmit([]);
  const noteId = useId();
  const isKnown = conversation !== undefined;
  useEffect(() => {
    if (isKnown) return;
    loadConversation(conversationId).catch((cause: unknown) => {
      showToast(problemText(cause), { isError: true });
      onClose();
    });
  }, [isKnown, conversationId, onClose]);
  if (!conversation) return null;
  const colleagues = [...agents.values()]
    .filter(({ is_active, id }) => is_active && id !== me)
    .sort((a, b) => a.name.localeCompare(b.name));
  const owner = conversation.assignee_id === me ? null : conversation.assignee_id;
  const to = agents.get(chosen ?? owner ?? NOBODY);
  const send = () =>
    submit.run(async () => {
      const words = to ? `@${to.name} ${text.trim()}` : text.trim();
      const mentions = to ? [{ kind: 'agent', id: to.id, name: to.name }] : [];
      await request('POST', `/api/conversations/${conversationId}/messages`, {
        body: { client_id: clientId, kind: 'note', content: { kind: 'text', text: words, mentions } },
      });
      showToast(to ? t('live.noted', { name: to.name }) : t('live.noted_all'));
      onClose();
    });
  return (
    <FormDialog
      title={t('live.note')}
      description={t('live.note_text', { name: conversation.contact.name })}
      action={t('live.note_send')}
      isDisabled={text.trim() === ''}
      submit={submit}
      onSubmit={() => void send()}
      onClose={onClose}
    >
      <Select
        label={t('live.note_to')}
        value={to?.id ?? NOBODY}
        options={[
          ...colleagues.map((agent) => ({ value: agent.id, label: agent.name, hint: absenceText(agent) })),
          { value: NOBODY, label: t('live.note_to_nobody') },
        ]}
        onValueChange={setChosen}
      />
      <div className="flex flex-col gap-1.5">
        <label htmlFor={noteId} className="text-14 font-medium">
          {t('live.note_words')}
        </label>
        <textarea
          id={noteId}
          rows={4}
          dir="auto"
          autoFocus
          maxLength={4000}
          value={text}
          onChange={(event) => setText(event.target.value)}
          onKeyDown={(event) => {
            if (event.key !== 'Enter' || !(event.ctrlKey || event.metaKey)) return;
            event.preventDefault();
            event.currentTarget.form?.requestSubmit();
          }}
          className="rounded-md border border-line-strong bg-note px-3 py-2 text-14 outline-offset-1 focus-visible:outline-2 focus-visible:outline-accent pointer-coarse:text-16"
        />
      </div>
    </FormDialog>
  );
}

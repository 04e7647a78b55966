/** Begin a discussion: with whom, about what, and the first note. */
import { useId, useState } from 'react';
import { newId } from '@/shared/api/id';
import type { Conversation, Discussion } from '@/shared/api/types';
import { t } from '@/shared/i18n';
import { dispatch, getState } from '@/shared/store/store';
import { FormDialog } from '@/shared/ui/FormDialog';
import { InlineError } from '@/shared/ui/InlineError';
import { TextField } from '@/shared/ui/TextField';
import { useSubmit } from '@/shared/useSubmit';
import { postDiscussion } from './calls';
import { ChooseMembers, NOBODY } from './Members';

export interface StartDiscussionProps {
  readonly conversation: Conversation;
  readonly onClose: () => void;
  readonly onStarted: (discussion: Discussion) => void;
}

export default function StartDiscussion({ conversation, onClose, onStarted }: StartDiscussionProps) {
  const [id] = useState(newId);
  const [subject, setSubject] = useState('');
  const [text, setText] = useState('');
  const [chosen, setChosen] = useState(NOBODY);
  const submit = useSubmit(['subject', 'text', 'agent_ids']);
  const noteId = useId();
  const start = () =>
    submit.run(async () => {
      const { discussion } = await postDiscussion(conversation.id, {
        id,
        subject: subject.trim(),
        text: text.trim(),
        agent_ids: [...chosen.agentIds],
        team_ids: [...chosen.teamIds],
      });
      dispatch({
        type: 'discussions_loaded',
        items: [discussion, ...getState().discussions.filter((one) => one.id !== id)],
      });
      onStarted(discussion);
    });
  return (
    <FormDialog
      title={t('keys.discuss')}
      description={t('discussion.start_text', { name: conversation.contact.name })}
      action={t('discussion.start')}
      isDisabled={subject.trim() === '' || text.trim() === '' || chosen.agentIds.length + chosen.teamIds.length === 0}
      submit={submit}
      onSubmit={() => void start()}
      onClose={onClose}
    >
      <TextField
        label={t('discussion.subject')}
        autoFocus
        dir="auto"
        maxLength={200}
        value={subject}
        {...submit.field('subject', setSubject)}
      />
      <ChooseMembers chosen={chosen} onChosen={setChosen} error={submit.errors['agent_ids']} />
      <div className="flex flex-col gap-1.5">
        <label htmlFor={noteId} className="text-14 font-medium">
          {t('discussion.first')}
        </label>
        <textarea
          id={noteId}
          rows={3}
          dir="auto"
          maxLength={4096}
          value={text}
          onChange={(event) => {
            submit.clear('text');
            setText(event.target.value);
          }}
          onKeyDown={(event) => {
            if (event.key !== 'Enter' || !(event.ctrlKey || event.metaKey)) return;
            event.preventDefault();
            event.currentTarget.form?.requestSubmit();
          }}
          className="rounded-md border border-line-strong bg-note px-3 py-2 text-14 outline-offset-1 focus-visible:outline-2 focus-visible:outline-accent pointer-coarse:text-16"
        />
        {submit.errors['text'] !== undefined && <InlineError>{submit.errors['text']}</InlineError>}
      </div>
    </FormDialog>
  );
}

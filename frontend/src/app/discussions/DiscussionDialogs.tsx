/** The small forms of a discussion: its subject, and who is in it. */
import { X } from 'lucide-react';
import { useState } from 'react';
import { useSignedIn } from '@/shared/api/session';
import type { Discussion, DiscussionThread } from '@/shared/api/types';
import { t } from '@/shared/i18n';
import { problemText } from '@/shared/problem';
import { useStore } from '@/shared/store/store';
import { Avatar } from '@/shared/ui/Avatar';
import { FormDialog } from '@/shared/ui/FormDialog';
import { IconButton } from '@/shared/ui/IconButton';
import { TextField } from '@/shared/ui/TextField';
import { showToast } from '@/shared/ui/Toast';
import { useSubmit } from '@/shared/useSubmit';
import { deleteDiscussionMember, patchDiscussion, postDiscussionMembers } from './calls';
import type { DiscussionDialog } from './DiscussionPanel';
import { ChooseMembers, NOBODY } from './Members';

export interface DiscussionDialogsProps {
  readonly open: DiscussionDialog;
  readonly discussion: Discussion;
  readonly onClose: () => void;
  readonly onDiscussion: (discussion: Discussion) => void;
  readonly onThread: (thread: DiscussionThread) => void;
}

export default function DiscussionDialogs({ open, ...props }: DiscussionDialogsProps) {
  return open === 'rename' ? <Rename {...props} /> : <People {...props} />;
}

type Props = Omit<DiscussionDialogsProps, 'open'>;

function Rename({ discussion, onClose, onDiscussion }: Props) {
  const [subject, setSubject] = useState(discussion.subject);
  const submit = useSubmit(['subject']);
  const save = async () => {
    const isDone = await submit.run(async () =>
      onDiscussion(await patchDiscussion(discussion.id, { subject: subject.trim() })),
    );
    if (isDone) onClose();
  };
  return (
    <FormDialog
      title={t('discussion.rename')}
      isDisabled={subject.trim() === ''}
      submit={submit}
      onSubmit={() => void save()}
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
    </FormDialog>
  );
}

/** Who is in it; who may be let go has a cross. Below, who is to be taken in. */
function People({ discussion, onClose, onThread }: Props) {
  const agents = useStore((state) => state.agents);
  const { agent } = useSignedIn();
  const [chosen, setChosen] = useState(NOBODY);
  const submit = useSubmit(['agent_ids']);
  const mayRemove = discussion.started_by === agent.id || agent.permissions.includes('conversations:assign');
  const save = async () => {
    const isDone = await submit.run(async () => {
      if (chosen.agentIds.length + chosen.teamIds.length === 0) return;
      onThread(
        await postDiscussionMembers(discussion.id, {
          agent_ids: [...chosen.agentIds],
          team_ids: [...chosen.teamIds],
        }),
      );
    });
    if (isDone) onClose();
  };
  const remove = (id: string) =>
    deleteDiscussionMember(discussion.id, id).catch((error: unknown) =>
      showToast(problemText(error), { isError: true }),
    );
  return (
    <FormDialog
      title={t('discussion.people')}
      description={t('discussion.people_text')}
      action={t('common.done')}
      submit={submit}
      onSubmit={() => void save()}
      onClose={onClose}
    >
      <ul aria-label={t('discussion.in_it')} className="flex flex-col">
        {discussion.member_ids.map((id) => (
          <li key={id} className="flex min-h-9 items-center gap-2.5 text-14">
            <Avatar name={agents.get(id)?.name ?? ''} seed={id} size={22} isSelf={id === agent.id} />
            <bdi className="min-w-0 flex-1 truncate">{agents.get(id)?.name ?? t('line.somebody')}</bdi>
            {mayRemove && id !== agent.id && (
              <IconButton
                icon={X}
                size={28}
                label={t('discussion.remove', { name: agents.get(id)?.name ?? '' })}
                onClick={() => void remove(id)}
              />
            )}
          </li>
        ))}
      </ul>
      <ChooseMembers
        chosen={chosen}
        onChosen={setChosen}
        without={discussion.member_ids}
        error={submit.errors['agent_ids']}
      />
    </FormDialog>
  );
}

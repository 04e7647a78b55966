import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Paperclip, Pencil, Plus, Trash2 } from 'lucide-react';
import { useState } from 'react';
import { request } from '@/shared/api/http';
import { useSignedIn } from '@/shared/api/session';
import { t } from '@/shared/i18n';
import { useStore } from '@/shared/store/store';
import { Badge } from '@/shared/ui/Badge';
import { Button } from '@/shared/ui/Button';
import { ConfirmDialog } from '@/shared/ui/Dialog';
import { EmptyState } from '@/shared/ui/EmptyState';
import { IconButton } from '@/shared/ui/IconButton';
import { act } from '../act';
import { useChannels } from '../channels/useChannels';
import { Loaded } from '../parts/Loaded';
import { Block, Page } from '../parts/Page';
import { Row, Rows } from '../parts/Rows';
import type { SavedReply } from '../types';
import { RepeatBlock } from './RepeatBlock';
import { ReplyDialog } from './ReplyDialog';

interface SavedReplyList {
  readonly items: readonly SavedReply[];
}

/** Texts for the slash in the composer: one's own, and those that everybody has. */
export default function Replies() {
  const query = useQuery({
    queryKey: ['saved-replies'],
    queryFn: () => request<SavedReplyList>('GET', '/api/saved-replies'),
  });
  const { permissions } = useSignedIn().agent;
  const mayShare = permissions.includes('saved_replies:manage');
  const maySee = permissions.includes('workspace:read');
  const [edited, setEdited] = useState<SavedReply | 'new'>();
  const [deleted, setDeleted] = useState<SavedReply>();
  const teams = useStore((state) => state.teams);
  const queries = useQueryClient();

  async function remove(reply: SavedReply): Promise<void> {
    setDeleted(undefined);
    await act(() => request('DELETE', `/api/saved-replies/${reply.id}`), { done: t('settings.replies.deleted') });
    await queries.invalidateQueries({ queryKey: ['saved-replies'] });
  }

  return (
    <Page
      group={t('settings.group.conversations')}
      title={t('settings.replies.title')}
      text={t('settings.replies.text')}
      action={
        <Button icon={Plus} onClick={() => setEdited('new')}>
          {t('settings.replies.create')}
        </Button>
      }
    >
      <Loaded query={query}>
        {({ items }) =>
          items.length === 0 ? (
            <EmptyState title={t('settings.replies.empty')} text={t('settings.replies.empty_text')} />
          ) : (
            <>
              <Group
                title={t('settings.replies.mine')}
                replies={items.filter(({ is_shared }) => !is_shared)}
                onEdit={setEdited}
                onDelete={setDeleted}
              />
              <Group
                title={t('settings.replies.shared')}
                text={mayShare ? undefined : t('settings.replies.shared_text')}
                replies={items.filter(({ is_shared, team_id }) => is_shared && team_id === null)}
                onEdit={mayShare ? setEdited : undefined}
                onDelete={mayShare ? setDeleted : undefined}
              />
              {[...teams.values()].map(({ id, name }) => (
                <Group
                  key={id}
                  title={t('settings.replies.owner_team', { team: name })}
                  text={mayShare ? undefined : t('settings.replies.shared_text')}
                  replies={items.filter(({ team_id }) => team_id === id)}
                  onEdit={mayShare ? setEdited : undefined}
                  onDelete={mayShare ? setDeleted : undefined}
                />
              ))}
            </>
          )
        }
      </Loaded>
      {maySee && <RepeatBlock />}
      {edited !== undefined && (
        <ReplyDialog
          reply={edited === 'new' ? null : edited}
          mayShare={mayShare}
          onClose={() => setEdited(undefined)}
        />
      )}
      <ConfirmDialog
        open={deleted !== undefined}
        onOpenChange={(isOpen) => !isOpen && setDeleted(undefined)}
        title={t('settings.replies.delete_title', { title: deleted?.title ?? '' })}
        description={t('settings.replies.delete_text')}
        action={t('settings.replies.delete')}
        onConfirm={() => deleted && void remove(deleted)}
      />
    </Page>
  );
}

interface GroupProps {
  readonly title: string;
  readonly text?: string;
  readonly replies: readonly SavedReply[];
  /** Absent: one may only read them. */
  readonly onEdit?: (reply: SavedReply) => void;
  readonly onDelete?: (reply: SavedReply) => void;
}

function Group({ title, text, replies, onEdit, onDelete }: GroupProps) {
  const { data: channels } = useChannels();
  if (replies.length === 0) return null;
  return (
    <Block title={title} text={text}>
      <Rows label={title}>
        {replies.map((reply) => (
          <Row
            key={reply.id}
            title={
              <>
                <bdi className="truncate">{reply.title}</bdi>
                {reply.shortcut !== '' && (
                  <span className="shrink-0 text-13 font-normal text-muted">{`/${reply.shortcut}`}</span>
                )}
                {reply.files.length > 0 && (
                  <span className="flex shrink-0 items-center gap-0.5 text-12 font-normal text-muted">
                    <Paperclip aria-hidden size={12} strokeWidth={1.75} />
                    <span aria-hidden>{reply.files.length}</span>
                    <span className="sr-only">{t('reply.files', { count: reply.files.length })}</span>
                  </span>
                )}
                {reply.variants.length > 0 && <Badge>{t('replies.count', { count: reply.variants.length + 1 })}</Badge>}
                {languagesOf(reply).map((language) => (
                  <Badge key={language}>{language.toUpperCase()}</Badge>
                ))}
                {reply.channel_id !== null && (
                  <Badge>{channels?.find(({ id }) => id === reply.channel_id)?.name ?? ''}</Badge>
                )}
              </>
            }
            text={
              <span dir="auto" className="line-clamp-2 text-aligned">
                {reply.text}
              </span>
            }
            end={
              <>
                {onEdit && (
                  <IconButton
                    icon={Pencil}
                    label={t('settings.replies.edit', { title: reply.title })}
                    onClick={() => onEdit(reply)}
                  />
                )}
                {onDelete && (
                  <IconButton
                    icon={Trash2}
                    label={t('settings.replies.delete_named', { title: reply.title })}
                    onClick={() => onDelete(reply)}
                  />
                )}
              </>
            }
          />
        ))}
      </Rows>
    </Block>
  );
}

/** Only where there is a choice between several. */
function languagesOf({ language, wordings }: SavedReply): readonly string[] {
  if (wordings.length === 0) return [];
  return [language, ...wordings.map((wording) => wording.language)].filter((code) => code !== '');
}

/** Above a thread: what is read within it, within what it is read, and what has to do with it. */
import { GitMerge, Link2, Unlink } from 'lucide-react';
import type { ReactNode } from 'react';
import { Link } from 'wouter';
import { deleteMerge, deleteRelation } from '@/shared/api/calls';
import { useMay } from '@/shared/api/session';
import type { Conversation, ConversationLinks, Id } from '@/shared/api/types';
import { t } from '@/shared/i18n';
import { problemText } from '@/shared/problem';
import { useStore } from '@/shared/store/store';
import { IconButton } from '@/shared/ui/IconButton';
import { showToast } from '@/shared/ui/Toast';
import { paths } from '../paths';

export interface LinksStripProps {
  readonly conversationId: Id;
  readonly links: ConversationLinks;
}

export function LinksStrip({ conversationId, links }: LinksStripProps) {
  const mayChange = useMay('conversations:change');
  if (links.merged_into === null && links.merged.length === 0 && links.related.length === 0) return null;
  const undo = (work: Promise<unknown>) =>
    void work.catch((error: unknown) => showToast(problemText(error), { isError: true }));
  return (
    <ul
      aria-label={t('links.title')}
      className="flex shrink-0 flex-wrap gap-x-4 border-b border-line bg-canvas px-5 text-13 max-md:px-4"
    >
      {links.merged_into !== null && (
        <Item icon={<GitMerge aria-hidden size={14} strokeWidth={1.75} />}>
          <Link href={paths.inbox('open', links.merged_into)} className="text-accent hover:underline">
            {t('links.merged_into')}
          </Link>
        </Item>
      )}
      {links.merged.map((one) => (
        <Item key={one.id} icon={<GitMerge aria-hidden size={14} strokeWidth={1.75} />}>
          <span>
            {t('links.merged')} <ChannelName conversation={one} />
          </span>
          {mayChange && (
            <IconButton
              icon={Unlink}
              size={28}
              label={t('links.take_apart')}
              onClick={() => undo(deleteMerge(conversationId, one.id))}
            />
          )}
        </Item>
      ))}
      {links.related.map((one) => (
        <Item key={one.id} icon={<Link2 aria-hidden size={14} strokeWidth={1.75} />}>
          <Link href={paths.inbox('open', one.id)} dir="auto" className="text-accent hover:underline">
            {one.contact.name}
          </Link>
          {mayChange && (
            <IconButton
              icon={Unlink}
              size={28}
              label={t('links.unrelate', { name: one.contact.name })}
              onClick={() => undo(deleteRelation(conversationId, one.id))}
            />
          )}
        </Item>
      ))}
    </ul>
  );
}

function Item({ icon, children }: { readonly icon: ReactNode; readonly children: ReactNode }) {
  return (
    <li className="flex min-h-9 items-center gap-1.5 text-muted">
      {icon}
      {children}
    </li>
  );
}

function ChannelName({ conversation }: { readonly conversation: ConversationLinks['merged'][number] }) {
  const name = useStore((state) => state.channels.get(conversation.channel_id)?.name);
  return <bdi className="text-ink">{name}</bdi>;
}

export interface TargetProps {
  /** The open one first. */
  readonly conversations: readonly Conversation[];
  readonly value: Id;
  readonly onValue: (id: Id) => void;
}

/** Names where an answer goes when several conversations are read as one, and lets it go elsewhere. */
export function Target({ conversations, value, onValue }: TargetProps) {
  const channels = useStore((state) => state.channels);
  return (
    <label className="flex shrink-0 items-center gap-2 px-5 pt-1.5 text-12 text-muted max-md:px-4">
      {t('links.sends_on')}
      <select
        value={value}
        onChange={(event) => onValue(event.target.value)}
        className="h-7 rounded-md border border-line-strong bg-raised px-2 text-13 text-ink pointer-coarse:h-11"
      >
        {conversations.map((one) => (
          <option key={one.id} value={one.id}>
            {[channels.get(one.channel_id)?.name, one.address_display].filter(Boolean).join(' · ')}
          </option>
        ))}
      </select>
    </label>
  );
}

import { ArrowUp, Lock, TriangleAlert } from 'lucide-react';
import { lazy, Suspense } from 'react';
import { useSignedIn } from '@/shared/api/session';
import type { Conversation } from '@/shared/api/types';
import { t } from '@/shared/i18n';

import { useStore } from '@/shared/store/store';
import { Button } from '@/shared/ui/Button';
import { withTexts } from '../routes';
import { jumpTo } from '../thread/jumps';
import { useDraftNews } from './draftWatch';
import { refusalOf, type Refusal } from './maySend';

export interface DraftBarsProps {
  readonly conversation: Conversation;
  readonly isAtEnd: boolean;
}

/** Above the box: what came while I wrote. It takes neither the focus nor the place of what I write. */
export function DraftBars({ conversation, isAtEnd }: DraftBarsProps) {
  const { answer, lines, onShown } = useDraftNews(conversation, isAtEnd);
  const author = useStore((state) => state.agents.get(answer?.author.id ?? ''));
  const show = (messageId: string) => void jumpTo(conversation.id, { messageId }).catch(() => undefined);
  const first = lines[0];
  return (
    <>
      <RefusalBar conversation={conversation} />
      <LeftBar conversation={conversation} />
      {answer && (
        <div
          role="alert"
          className="mx-4 mb-2 flex flex-wrap items-center gap-x-3 gap-y-1 rounded-lg border border-warn/50 px-3 py-2 text-13 max-md:mx-2.5"
        >
          <TriangleAlert aria-hidden size={16} strokeWidth={1.75} className="shrink-0 text-warn" />
          <span className="min-w-0 flex-1">{t('collision.text', { name: author?.name ?? t('line.somebody') })}</span>
          <Button size="small" onClick={() => show(answer.id)}>
            {t('collision.show')}
          </Button>
        </div>
      )}
      {first && (
        <div className="flex justify-center pb-1.5">
          <button
            type="button"
            // The hands stay where they write.
            onMouseDown={(event) => event.preventDefault()}
            onClick={() => {
              show(first.id);
              onShown();
            }}
            className="tabular h-6 min-w-24 rounded-full bg-accent-soft px-2.5 text-12 font-medium text-accent hover:underline pointer-coarse:h-9"
          >
            {/* Another number is another box, not one that moved. */}
            <span key={lines.length} className="flex items-center justify-center gap-1">
              <ArrowUp aria-hidden size={14} strokeWidth={1.75} />
              {t('collision.new', { count: lines.length })}
            </span>
          </button>
        </div>
      )}
    </>
  );
}

const LeftDrafts = lazy(withTexts('finishing', () => import('../finishing/LeftDrafts')));

/** Asked for only by those who may read them, and while some colleague is not there. */
function LeftBar({ conversation }: { readonly conversation: Conversation }) {
  const { permissions } = useSignedIn().agent;
  const me = useStore((state) => state.me);
  const isSomebodyAway = useStore((state) =>
    [...state.agents.values()].some(
      ({ id, is_active, availability }) => id !== state.me && (!is_active || availability === 'offline'),
    ),
  );
  const mayRead = conversation.assignee_id === me || permissions.includes('conversations:assign');
  if (!isSomebodyAway || !mayRead || !permissions.includes('messages:send')) return null;
  return (
    <Suspense fallback={null}>
      <LeftDrafts key={`${conversation.id} ${conversation.assignee_id}`} conversationId={conversation.id} />
    </Suspense>
  );
}

const TEXTS: Record<Refusal, (name: string) => string> = {
  taken: () => t('taken.text', { name: t('taken.somebody') }),
  role: () => t('sends.role'),
  only_assignee: (name) => t('sends.only', { name }),
};

/** Why one cannot answer here. The box stays as it is, with what stands in it. */
function RefusalBar({ conversation }: { readonly conversation: Conversation }) {
  const { permissions } = useSignedIn().agent;
  const refusal = useStore((state) => refusalOf(state, conversation, permissions));
  const name = useStore((state) => state.agents.get(conversation.assignee_id ?? '')?.name) ?? t('taken.somebody');
  if (!refusal) return null;
  return (
    <p
      role="status"
      className="mx-4 mb-2 flex items-center gap-3 rounded-lg border border-line-strong px-3 py-2 text-13 max-md:mx-2.5"
    >
      <Lock aria-hidden size={16} strokeWidth={1.75} className="shrink-0 text-muted" />
      {TEXTS[refusal](name)}
    </p>
  );
}

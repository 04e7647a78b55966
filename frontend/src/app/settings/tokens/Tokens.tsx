import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Bot, KeyRound, Plus } from 'lucide-react';
import { useState } from 'react';
import { request } from '@/shared/api/http';
import { t } from '@/shared/i18n';
import { formatDate, formatList, formatRelative } from '@/shared/i18n/format';
import { Button } from '@/shared/ui/Button';
import { ConfirmDialog } from '@/shared/ui/Dialog';
import { EmptyState } from '@/shared/ui/EmptyState';
import { act } from '../act';
import { Loaded } from '../parts/Loaded';
import { Page } from '../parts/Page';
import { Row, Rows } from '../parts/Rows';
import type { ApiToken } from '../types';
import { CreateToken } from './CreateToken';
import { scopeName } from './scopes';

interface TokenList {
  readonly items: readonly ApiToken[];
}

/** Keys for programs: what each may do, when it was used, and how to take it back. */
export default function Tokens() {
  const query = useQuery({ queryKey: ['tokens'], queryFn: () => request<TokenList>('GET', '/api/tokens') });
  const [isCreating, setIsCreating] = useState(false);
  const [revoked, setRevoked] = useState<ApiToken>();
  const queries = useQueryClient();

  async function revoke(token: ApiToken): Promise<void> {
    setRevoked(undefined);
    await act(() => request('DELETE', `/api/tokens/${token.id}`), { done: t('settings.tokens.revoked') });
    await queries.invalidateQueries({ queryKey: ['tokens'] });
  }

  return (
    <Page
      group={t('settings.group.technical')}
      title={t('settings.tokens.title')}
      text={t('settings.tokens.text')}
      action={
        <Button icon={Plus} onClick={() => setIsCreating(true)}>
          {t('settings.tokens.create')}
        </Button>
      }
    >
      <Loaded query={query}>
        {({ items }) =>
          items.length === 0 ? (
            <EmptyState title={t('settings.tokens.empty')} text={t('settings.tokens.empty_text')} />
          ) : (
            <Rows label={t('settings.tokens.title')}>
              {items.map((token) => (
                <TokenRow key={token.id} token={token} onRevoke={() => setRevoked(token)} />
              ))}
            </Rows>
          )
        }
      </Loaded>
      {isCreating && <CreateToken onClose={() => setIsCreating(false)} />}
      <ConfirmDialog
        open={revoked !== undefined}
        onOpenChange={(isOpen) => !isOpen && setRevoked(undefined)}
        title={t('settings.tokens.revoke_title', { name: revoked?.name ?? '' })}
        description={t('settings.tokens.revoke_text')}
        action={t('settings.tokens.revoke')}
        onConfirm={() => revoked && void revoke(revoked)}
      />
    </Page>
  );
}

function TokenRow({ token, onRevoke }: { readonly token: ApiToken; readonly onRevoke: () => void }) {
  const used =
    token.last_used_at === null
      ? t('settings.tokens.unused')
      : t('settings.tokens.used', { when: formatRelative(token.last_used_at) });
  const ends =
    token.expires_at === null
      ? t('settings.tokens.endless')
      : t('settings.tokens.ends', { date: formatDate(token.expires_at, { dateStyle: 'medium' }) });
  const Icon = token.bot_name ? Bot : KeyRound;
  return (
    <Row
      start={<Icon aria-hidden size={16} strokeWidth={1.75} className="text-muted" />}
      title={
        <>
          <bdi className="truncate">{token.name}</bdi>
          <span dir="ltr" className="shrink-0 text-13 font-normal text-muted">
            …{token.last4}
          </span>
        </>
      }
      text={
        <>
          {token.bot_name && (
            <bdi className="block font-medium text-ink">{t('bots.bot', { name: token.bot_name })}</bdi>
          )}
          {formatList(token.scopes.map(scopeName))}
          <span className="block">{t('settings.tokens.line', { used, ends })}</span>
        </>
      }
      end={
        <Button size="small" onClick={onRevoke}>
          {t('settings.tokens.revoke')}
        </Button>
      }
    />
  );
}

import { useInfiniteQuery, useQuery, useQueryClient } from '@tanstack/react-query';
import { useId } from 'react';
import { Link } from 'wouter';
import { paths } from '@/app/paths';
import { request } from '@/shared/api/http';
import { loadSession } from '@/shared/api/session';
import { t } from '@/shared/i18n';
import { formatDate } from '@/shared/i18n/format';
import { Button } from '@/shared/ui/Button';
import { Select } from '@/shared/ui/Select';
import { Switch } from '@/shared/ui/Switch';
import { act } from '../act';
import { Loaded } from '../parts/Loaded';
import { Block, Page } from '../parts/Page';
import { Row, Rows } from '../parts/Rows';
import { workspaceQuery } from '../SendingBanner';
import type { Role, Reveal, RevealPage, RoleSight } from '../types';
import { SAMPLES } from './samples';

const ROLES = ['agent', 'supervisor', 'admin'] as const satisfies readonly Role[];
const MASKS = ['nothing', 'addresses', 'messages'] as const;

/** What each role sees of numbers, e-mail addresses and earlier texts; and who looked at what is masked. */
export function Privacy() {
  const queries = useQueryClient();
  const query = useQuery(workspaceQuery);

  async function change(role: Role, sight: Partial<RoleSight>): Promise<void> {
    const body = { settings: { sights: { [role]: sight } } };
    await act(() => request('PATCH', '/api/workspace', { body }), { done: t('common.saved') });
    await Promise.all([queries.invalidateQueries({ queryKey: ['workspace'] }), loadSession()]);
  }

  return (
    <Page group={t('settings.group.workspace')} title={t('settings.privacy.title')} text={t('settings.privacy.text')}>
      <Loaded query={query}>
        {({ settings }) =>
          ROLES.map((role) => (
            <OfRole
              key={role}
              role={role}
              sight={settings.sights?.[role] ?? {}}
              onChange={(sight) => void change(role, sight)}
            />
          ))
        }
      </Loaded>
      <Looks />
    </Page>
  );
}

interface OfRoleProps {
  readonly role: Role;
  readonly sight: RoleSight;
  readonly onChange: (sight: Partial<RoleSight>) => void;
}

function OfRole({ role, sight, onChange }: OfRoleProps) {
  const masks = sight.masks ?? 'nothing';
  return (
    <Block title={t(`settings.role.${role}`)}>
      <Select
        label={t('settings.privacy.masks')}
        hint={masks === 'messages' ? t('settings.privacy.messages_hint') : undefined}
        value={masks}
        options={MASKS.map((value) => ({ value, label: t(`settings.privacy.${value}`) }))}
        onValueChange={(value) => onChange({ masks: value })}
      />
      <Preview masks={masks} />
      {masks !== 'nothing' && (
        <Switch
          label={t('settings.privacy.reveal')}
          checked={sight.may_reveal === true}
          onCheckedChange={(may_reveal) => onChange({ may_reveal })}
        />
      )}
      <Switch
        label={t('settings.privacy.earlier')}
        hint={t('settings.privacy.earlier_hint')}
        checked={sight.sees_earlier === true}
        onCheckedChange={(sees_earlier) => onChange({ sees_earlier })}
      />
    </Block>
  );
}

/** A made-up customer, as somebody in this role sees them. */
function Preview({ masks }: { readonly masks: (typeof MASKS)[number] }) {
  const id = useId();
  const { phone, email, written } = SAMPLES[masks];
  return (
    <figure aria-labelledby={id} className="rounded-md border border-line bg-canvas px-4 py-3">
      <figcaption id={id} className="pb-2 text-12 text-muted">
        {t('settings.privacy.preview')}
      </figcaption>
      <p className="tabular flex flex-wrap gap-x-4 text-14">
        <bdi>{phone}</bdi>
        <bdi>{email}</bdi>
      </p>
      <p dir="auto" className="mt-2 w-fit rounded-lg bg-surface px-3 py-1.5 text-14">
        {t('settings.privacy.sample', { phone: written })}
      </p>
    </figure>
  );
}

function Looks() {
  const query = useInfiniteQuery({
    queryKey: ['reveals'],
    initialPageParam: '',
    queryFn: ({ pageParam }) =>
      request<RevealPage>('GET', `/api/reveals?limit=20${pageParam && `&after=${encodeURIComponent(pageParam)}`}`),
    getNextPageParam: (page) => page.next,
  });
  const looks = query.data?.pages.flatMap(({ items }) => items);
  return (
    <Block title={t('settings.privacy.looks')} text={t('settings.privacy.looks_text')}>
      {looks?.length === 0 && <p className="text-14 text-muted">{t('settings.privacy.no_looks')}</p>}
      {looks !== undefined && looks.length > 0 && (
        <Rows label={t('settings.privacy.looks')}>
          {looks.map((look) => (
            <LookRow key={look.id} look={look} />
          ))}
        </Rows>
      )}
      {query.hasNextPage && (
        <Button className="self-start" isBusy={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>
          {t('settings.privacy.more')}
        </Button>
      )}
    </Block>
  );
}

function LookRow({ look }: { readonly look: Reveal }) {
  return (
    <Row
      title={<bdi className="truncate">{look.actor_name || t('settings.privacy.program')}</bdi>}
      text={
        <Link href={paths.contacts(look.contact.id)} className="hover:underline">
          <bdi>{look.contact.name || t('contacts.nameless')}</bdi>
        </Link>
      }
      end={
        <time dateTime={look.at} className="tabular text-13 text-muted">
          {formatDate(look.at, { dateStyle: 'medium', timeStyle: 'short' })}
        </time>
      }
    />
  );
}

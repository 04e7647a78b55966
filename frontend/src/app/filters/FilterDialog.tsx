/** A filter for the inbox: built with a live count, shown at once, or kept as a view under a name. */
import { useEffect, useState, type FormEvent } from 'react';
import { countConversations } from '@/shared/api/calls';
import { request } from '@/shared/api/http';
import { useMay, useSignedIn } from '@/shared/api/session';
import type { Count, Filter, Id, SavedView, Sorting } from '@/shared/api/types';
import { t } from '@/shared/i18n';
import { formatNumber } from '@/shared/i18n/format';
import { fieldErrors, problemText } from '@/shared/problem';
import { loadSavedCounts, loadSavedViews } from '@/shared/store/load';
import { useStore } from '@/shared/store/store';
import { Button } from '@/shared/ui/Button';
import { Dialog } from '@/shared/ui/Dialog';
import { InlineError } from '@/shared/ui/InlineError';
import { Select, type SelectOption } from '@/shared/ui/Select';
import { Skeleton } from '@/shared/ui/Skeleton';
import { TextField } from '@/shared/ui/TextField';
import { useSubmit } from '@/shared/useSubmit';
import { useFields, type Fields } from './fields';
import { finished, isFinished } from './filter';
import { FilterBuilder } from './FilterBuilder';
import type { FilterOfNow } from './useFilter';

const COUNT_AFTER_MS = 300;
const ORDERS: readonly Sorting[] = ['due', 'triage', 'longest', 'priority', 'newest', 'oldest'];

export interface FilterDialogProps {
  readonly start: FilterOfNow;
  /** The view that is changed; absent: a new one, or none. */
  readonly saved?: SavedView;
  readonly onClose: () => void;
  /** Show what it finds without keeping it. */
  readonly onShow: (chosen: FilterOfNow) => void;
  readonly onSaved: (id: Id) => void;
}

export default function FilterDialog({ start, saved, onClose, onShow, onSaved }: FilterDialogProps) {
  const fields = useFields('views');
  const [filter, setFilter] = useState(start.filter);
  const [order, setOrder] = useState(start.order);
  const [name, setName] = useState(saved?.name ?? '');
  const [audience, setAudience] = useState(saved?.team_id ?? saved?.audience ?? 'own');
  const [isStrict, setStrict] = useState(false);
  const submit = useSubmit(['name']);
  const maySave = useMay('conversations:change');
  const audiences = useAudiences(saved);

  const ready = (): boolean => {
    setStrict(true);
    return fields !== undefined && fields !== null && isFinished(filter, fields);
  };
  async function save(event: FormEvent): Promise<void> {
    event.preventDefault();
    if (!ready()) return;
    if (!maySave) return onShow({ filter, order });
    let id = saved?.id;
    const isSaved = await submit.run(async () => {
      const isTeam = audience !== 'own' && audience !== 'all';
      const seenBy = { audience: isTeam ? 'team' : audience, team_id: isTeam ? audience : null };
      const body = { name: name.trim(), ...seenBy, filter, order };
      if (saved) await request('PATCH', `/api/saved-views/${saved.id}`, { body });
      else id = (await request<SavedView>('POST', '/api/saved-views', { body })).id;
      // The feed tells of it, too; but its name should stand when it is opened in a moment.
      await loadSavedViews();
    });
    if (!isSaved || id === undefined) return;
    void loadSavedCounts().catch(() => undefined);
    onSaved(id);
  }

  return (
    <Dialog
      open
      isWide
      onOpenChange={(isOpen) => !isOpen && onClose()}
      title={saved ? t('filter.edit_title') : t('filter.title')}
      footer={
        <>
          <Button look="plain" onClick={onClose}>
            {t('common.cancel')}
          </Button>
          <Button onClick={() => ready() && onShow({ filter, order })}>{t('filter.show')}</Button>
          {maySave && (
            <Button look="filled" type="submit" form="filter" isBusy={submit.isBusy}>
              {t('filter.save')}
            </Button>
          )}
        </>
      }
    >
      <form id="filter" className="flex flex-col gap-4" onSubmit={(event) => void save(event)}>
        {fields === undefined && <Skeleton />}
        {fields === null && <InlineError>{t('common.failed')}</InlineError>}
        {fields && (
          <FilterBuilder
            where={t('filter.where')}
            fields={fields}
            value={filter}
            onValueChange={setFilter}
            isStrict={isStrict}
          />
        )}
        {fields && <LiveCount filter={filter} fields={fields} />}
        {isStrict && fields && !isFinished(filter, fields) && <InlineError>{t('filter.unfinished')}</InlineError>}
        <div className="grid gap-4 border-t border-line pt-4 md:grid-cols-[minmax(0,1fr)_10rem_10rem]">
          {maySave && (
            <TextField
              label={t('filter.name')}
              required
              maxLength={100}
              autoComplete="off"
              value={name}
              {...submit.field('name', setName)}
            />
          )}
          <Select
            label={t('list.order')}
            value={order}
            options={ORDERS.map((value) => ({ value, label: t(`list.${value}`) }))}
            onValueChange={setOrder}
          />
          {maySave && (
            <Select label={t('filter.audience')} value={audience} options={audiences} onValueChange={setAudience} />
          )}
        </div>
        {submit.error !== undefined && <InlineError>{submit.errors.filter ?? submit.error}</InlineError>}
      </form>
    </Dialog>
  );
}

/** Only oneself, everybody, or a team by its id. Who may not decide that keeps it as it is. */
function useAudiences(saved: SavedView | undefined): readonly SelectOption<string>[] {
  const { permissions } = useSignedIn().agent;
  const teams = useStore((state) => state.teams);
  const own = { value: 'own', label: t('filter.audience_own') };
  const all = { value: 'all', label: t('filter.audience_all') };
  const ofTeams = [...teams.values()].map(({ id, name }) => ({ value: id, label: name }));
  const options = permissions.includes('views:manage') ? [own, all, ...ofTeams] : [own];
  if (!saved || options.some(({ value }) => value === (saved.team_id ?? saved.audience))) return options;
  return [...options, { value: saved.team_id ?? saved.audience, label: t(`filter.audience_${saved.audience}`) }];
}

/** How many the finished part finds, a moment after the last change. */
function LiveCount({ filter, fields }: { readonly filter: Filter; readonly fields: Fields }) {
  const asked = JSON.stringify(finished(filter, fields));
  const [answer, setAnswer] = useState<{ asked: string; count: Count | string }>();
  useEffect(() => {
    let isCurrent = true;
    const timer = setTimeout(() => {
      countConversations(JSON.parse(asked) as Filter)
        .catch((cause: unknown) => fieldErrors(cause).filter ?? problemText(cause))
        .then((count) => isCurrent && setAnswer({ asked, count }))
        .catch(() => undefined);
    }, COUNT_AFTER_MS);
    return () => {
      isCurrent = false;
      clearTimeout(timer);
    };
  }, [asked]);
  const isFresh = answer?.asked === asked;
  return (
    <p role="status" className={isFresh ? 'text-13' : 'text-13 text-muted'}>
      {answer === undefined
        ? t('filter.counting')
        : typeof answer.count === 'string'
          ? answer.count
          : say(answer.count)}
    </p>
  );
}

function say({ total, is_more: isMore, waiting }: Count): string {
  const count = total ?? 0;
  const number = formatNumber(count) + (isMore ? '+' : '');
  const found = t('filter.found', { count, number });
  return waiting === 0 ? found : `${found}, ${t('list.waiting', { count: waiting })}`;
}

import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Pencil, Plus, Trash2, TriangleAlert } from 'lucide-react';
import { useEffect, useState } from 'react';
import { describeAct } from '@/app/macros/describe';
import { useNames, type Names } from '@/app/macros/names';
import type { Macro } from '@/app/macros/types';
import { request } from '@/shared/api/http';
import { useSignedIn } from '@/shared/api/session';
import { onChanges } from '@/shared/feed/feed';
import { t } from '@/shared/i18n';
import { said } from '@/shared/said';
import { useStore } from '@/shared/store/store';
import { Badge } from '@/shared/ui/Badge';
import { Button } from '@/shared/ui/Button';
import { EmptyState } from '@/shared/ui/EmptyState';
import { IconButton } from '@/shared/ui/IconButton';
import { act } from '../act';
import { Loaded } from '../parts/Loaded';
import { Block, Page } from '../parts/Page';
import { Row, Rows } from '../parts/Rows';
import { MacroDialog } from './MacroDialog';

const KEY = ['macros'] as const;

/** Several acts by one key: one's own, those of teams, and those that everybody has. */
export default function Macros() {
  const queries = useQueryClient();
  const query = useQuery({
    queryKey: KEY,
    queryFn: () => request<{ items: readonly Macro[] }>('GET', '/api/macros'),
  });
  useEffect(
    () =>
      onChanges(
        ({ events }) =>
          void (events.some(({ kind }) => kind === 'macro_changed') && queries.invalidateQueries({ queryKey: KEY })),
      ),
    [queries],
  );
  const mayShare = useSignedIn().agent.permissions.includes('macros:manage');
  const teams = useStore((state) => state.teams);
  const names = useNames();
  const [edited, setEdited] = useState<Macro | 'new'>();
  const again = () => queries.invalidateQueries({ queryKey: KEY });

  async function remove(macro: Macro): Promise<void> {
    const { name, acts, is_shared, team_id } = macro;
    await act(() => request('DELETE', `/api/macros/${macro.id}`), {
      done: t('macros.deleted', { name }),
      undo: () =>
        void act(() => request('POST', '/api/macros', { body: { name, acts, is_shared, team_id } })).then(again),
    });
    await again();
  }

  const group = (title: string, macros: readonly Macro[], mayEdit: boolean) => (
    <Group
      key={title}
      title={title}
      text={mayEdit ? undefined : t('macros.shared_text')}
      macros={macros}
      names={names}
      onEdit={mayEdit ? setEdited : undefined}
      onDelete={mayEdit ? (macro) => void remove(macro) : undefined}
    />
  );
  return (
    <Page
      group={t('settings.group.conversations')}
      title={t('settings.macros.title')}
      text={t('macros.text')}
      action={
        <Button icon={Plus} onClick={() => setEdited('new')}>
          {t('settings.macros.create')}
        </Button>
      }
    >
      <Loaded query={query}>
        {({ items }) =>
          items.length === 0 ? (
            <EmptyState title={t('macros.empty')} text={t('macros.empty_text')} />
          ) : (
            <>
              {group(
                t('macros.group_mine'),
                items.filter(({ is_shared }) => !is_shared),
                true,
              )}
              {group(
                t('macros.group_shared'),
                items.filter(({ is_shared, team_id }) => is_shared && team_id === null),
                mayShare,
              )}
              {[...teams.values()].map(({ id, name }) =>
                group(
                  t('settings.replies.owner_team', { team: name }),
                  items.filter(({ team_id }) => team_id === id),
                  mayShare,
                ),
              )}
            </>
          )
        }
      </Loaded>
      {edited !== undefined && (
        <MacroDialog
          macro={edited === 'new' ? null : edited}
          names={names}
          mayShare={mayShare}
          onSaved={again}
          onClose={() => setEdited(undefined)}
        />
      )}
    </Page>
  );
}

interface GroupProps {
  readonly title: string;
  readonly text?: string;
  readonly macros: readonly Macro[];
  readonly names: Names;
  /** Absent: one may only read them. */
  readonly onEdit?: (macro: Macro) => void;
  readonly onDelete?: (macro: Macro) => void;
}

function Group({ title, text, macros, names, onEdit, onDelete }: GroupProps) {
  if (macros.length === 0) return null;
  return (
    <Block title={title} text={text}>
      <Rows label={title}>
        {macros.map((macro) => (
          <Row
            key={macro.id}
            title={
              <>
                <bdi className="truncate">{macro.name}</bdi>
                {(macro.broken ?? []).length > 0 && <Badge state="warn">{t('macros.broken')}</Badge>}
              </>
            }
            text={<Sentences macro={macro} names={names} />}
            end={
              <>
                {onEdit && (
                  <IconButton
                    icon={Pencil}
                    label={t('macros.edit', { name: macro.name })}
                    onClick={() => onEdit(macro)}
                  />
                )}
                {onDelete && (
                  <IconButton
                    icon={Trash2}
                    label={t('macros.delete', { name: macro.name })}
                    onClick={() => onDelete(macro)}
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

/** What it does, each act in its sentence; one that cannot be done any more with the reason. */
function Sentences({ macro, names }: { readonly macro: Macro; readonly names: Names }) {
  const broken = new Map((macro.broken ?? []).map((one) => [one.place, one]));
  return (
    <ol className="flex flex-col">
      {macro.acts.map((one, place) => {
        const problem = broken.get(place);
        return (
          <li key={place} dir="auto" className="text-aligned">
            {describeAct(one, names)}
            {problem && (
              <span className="flex items-start gap-1.5 text-warn">
                <TriangleAlert aria-hidden size={14} strokeWidth={1.75} className="mt-0.5 shrink-0" />
                {said(problem.reason, problem.title, problem.values)}
              </span>
            )}
          </li>
        );
      })}
    </ol>
  );
}

import { History, Pencil, Plus, Power, Trash2, TriangleAlert } from 'lucide-react';
import { useState } from 'react';
import { conditionsOf } from '@/app/filters/filter';
import { describeAct } from '@/app/macros/describe';
import { useNames, type Names } from '@/app/macros/names';
import { useSession } from '@/shared/api/session';
import { describeTrigger } from '@/app/rules/describe';
import type { Rule } from '@/app/rules/types';
import { t } from '@/shared/i18n';
import { said } from '@/shared/said';
import { Badge } from '@/shared/ui/Badge';
import { Button } from '@/shared/ui/Button';
import { EmptyState } from '@/shared/ui/EmptyState';
import { IconButton } from '@/shared/ui/IconButton';
import { act } from '../act';
import { Loaded } from '../parts/Loaded';
import { moved } from '../parts/order';
import { OrderedRows } from '../parts/OrderedRows';
import { Page } from '../parts/Page';
import { useWebhooks } from '../webhooks/useWebhooks';
import { RuleDialog } from './RuleDialog';
import { RuleLog } from './RuleLog';
import { useRuleChanges, useRules, type RuleChanges } from './useRules';

/** Also of webhooks, which only rules ask. */
function useRuleNames(): Names {
  const names = useNames();
  const maySee = useSession()?.agent.permissions.includes('webhooks:manage') ?? false;
  const webhooks = useWebhooks(maySee).data?.items;
  return { ...names, webhooks: new Map(webhooks?.map(({ id, name }) => [id, name])) };
}

/** What the desk does by itself: each rule with when, of whom and what, in the order in which they are asked. */
export default function Rules() {
  const rules = useRules();
  const changes = useRuleChanges();
  const names = useRuleNames();
  const [edited, setEdited] = useState<Rule | 'new' | null>(null);
  const [logged, setLogged] = useState<Rule | null>(null);
  return (
    <Page
      group={t('settings.group.conversations')}
      title={t('settings.rules.title')}
      text={t('rules.text')}
      action={
        <Button icon={Plus} onClick={() => setEdited('new')}>
          {t('settings.rules.create')}
        </Button>
      }
    >
      <Loaded query={rules}>
        {({ items }) =>
          items.length === 0 ? (
            <EmptyState title={t('rules.none')} text={t('rules.none_text')} />
          ) : (
            <RuleRows items={items} names={names} changes={changes} onEdit={setEdited} onLog={setLogged} />
          )
        }
      </Loaded>
      {edited !== null && (
        <RuleDialog
          rule={edited === 'new' ? undefined : edited}
          names={names}
          changes={changes}
          onClose={() => setEdited(null)}
        />
      )}
      {logged !== null && <RuleLog rule={logged} names={names} changes={changes} onClose={() => setLogged(null)} />}
    </Page>
  );
}

interface RuleRowsProps {
  readonly items: readonly Rule[];
  readonly names: Names;
  readonly changes: RuleChanges;
  readonly onEdit: (rule: Rule) => void;
  readonly onLog: (rule: Rule) => void;
}

function RuleRows({ items, names, changes, onEdit, onLog }: RuleRowsProps) {
  async function move(from: number, to: number): Promise<void> {
    const rule = items[from];
    const next = moved(items, from, to);
    if (next === items || rule === undefined) return;
    const before = items.map(({ id }) => id);
    await act(() => changes.order(next.map(({ id }) => id)), {
      done: t('rules.moved', { name: rule.name, place: to + 1, count: items.length }),
      undo: () => void act(() => changes.order(before)),
    });
  }

  async function turn({ id, name }: Rule, isOn: boolean): Promise<void> {
    await act(() => changes.turn(id, isOn), {
      done: t(isOn ? 'rules.is_on' : 'rules.is_off', { name }),
      undo: () => void act(() => changes.turn(id, !isOn)),
    });
  }

  async function remove(rule: Rule, place: number): Promise<void> {
    await act(() => changes.remove(rule.id), {
      done: t('rules.deleted', { name: rule.name }),
      undo: () => void act(() => changes.restore(rule, place)),
    });
  }

  return (
    <OrderedRows
      label={t('settings.rules.title')}
      items={items}
      words={({ name }) => ({
        move: t('rules.move', { name }),
        hint: t('rules.move_hint'),
        up: t('rules.up', { name }),
        down: t('rules.down', { name }),
      })}
      onMove={(from, to) => void move(from, to)}
    >
      {(rule, place) => {
        const { name } = rule;
        const runs = rule.is_on && !rule.paused;
        return {
          body: <RuleWords rule={rule} names={names} />,
          end: (
            <>
              <IconButton
                icon={Power}
                label={t(runs ? 'rules.turn_off' : 'rules.turn_on', { name })}
                onClick={() => void turn(rule, !runs)}
              />
              <IconButton icon={History} label={t('rules.log', { name })} onClick={() => onLog(rule)} />
              <IconButton icon={Pencil} label={t('rules.edit', { name })} onClick={() => onEdit(rule)} />
              <IconButton icon={Trash2} label={t('rules.delete', { name })} onClick={() => void remove(rule, place)} />
            </>
          ),
        };
      }}
    </OrderedRows>
  );
}

function RuleWords({ rule, names }: { readonly rule: Rule; readonly names: Names }) {
  const { broken } = rule;
  const conditions = conditionsOf(rule.filter).length;
  return (
    <>
      <div className="flex min-w-0 flex-wrap items-center gap-x-2 gap-y-1 text-14 font-medium">
        <bdi className="min-w-0 break-words">{rule.name}</bdi>
        {!rule.is_on && <Badge>{t('rules.off')}</Badge>}
        {rule.paused && <Badge state="warn">{t('rules.stopped')}</Badge>}
        {broken && <Badge state="warn">{t('rules.broken')}</Badge>}
      </div>
      <div className="text-13 break-words text-muted">
        {describeTrigger(rule.trigger, names)}
        {conditions > 0 && ` · ${t('rules.conditions', { count: conditions })}`}
      </div>
      <div dir="auto" className="text-13 break-words text-muted text-aligned">
        → {rule.acts.map((one) => describeAct(one, names)).join(' · ')}
      </div>
      {rule.paused === 'circle' && <Problem text={t('rules.circle')} />}
      {broken && <Problem text={said(broken.reason, broken.title, broken.values)} />}
      {(rule.week.done > 0 || rule.week.refused > 0) && (
        <div className="tabular text-13 text-muted">
          {t('rules.week', { done: rule.week.done, refused: rule.week.refused })}
        </div>
      )}
    </>
  );
}

function Problem({ text }: { readonly text: string }) {
  return (
    <div className="flex items-start gap-1.5 text-13 text-warn">
      <TriangleAlert aria-hidden size={14} strokeWidth={1.75} className="mt-0.5 shrink-0" />
      {text}
    </div>
  );
}

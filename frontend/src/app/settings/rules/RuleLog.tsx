import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { conditionsOf } from '@/app/filters/filter';
import { describeAct } from '@/app/macros/describe';
import type { Names } from '@/app/macros/names';
import { describeTrigger } from '@/app/rules/describe';
import { Runs } from '@/app/rules/Runs';
import type { Rule, RuleVersion } from '@/app/rules/types';
import { useRunPages } from '@/app/rules/useRunPages';
import { request } from '@/shared/api/http';
import { useMinute } from '@/shared/format/clock';
import { formatNear } from '@/shared/format/times';
import { t } from '@/shared/i18n';
import { Badge } from '@/shared/ui/Badge';
import { Button } from '@/shared/ui/Button';
import { Dialog } from '@/shared/ui/Dialog';
import { EmptyState } from '@/shared/ui/EmptyState';
import { InlineError } from '@/shared/ui/InlineError';
import { Skeleton } from '@/shared/ui/Skeleton';
import { Tabs } from '@/shared/ui/Tabs';
import { act } from '../act';
import { Loaded } from '../parts/Loaded';
import { Row, Rows } from '../parts/Rows';
import type { RuleChanges } from './useRules';

export interface RuleLogProps {
  readonly rule: Rule;
  readonly names: Names;
  readonly changes: RuleChanges;
  readonly onClose: () => void;
}

/** What a rule did, and what it said before. */
export function RuleLog({ rule, names, changes, onClose }: RuleLogProps) {
  const [tab, setTab] = useState<'runs' | 'versions'>('runs');
  return (
    <Dialog open isWide onOpenChange={(isOpen) => !isOpen && onClose()} title={rule.name}>
      <Tabs
        label={rule.name}
        value={tab}
        onValueChange={setTab}
        tabs={[
          { value: 'runs', label: t('rules.runs'), panel: <RunsPanel rule={rule} names={names} /> },
          {
            value: 'versions',
            label: t('rules.versions'),
            panel: <VersionsPanel rule={rule} names={names} changes={changes} onDone={onClose} />,
          },
        ]}
      />
    </Dialog>
  );
}

function RunsPanel({ rule, names }: { readonly rule: Rule; readonly names: Names }) {
  const { runs, hasFailed, more } = useRunPages((after) => request('GET', `/api/rules/${rule.id}/runs${after}`));
  if (hasFailed) return <InlineError>{t('common.failed')}</InlineError>;
  if (runs === undefined) return <Skeleton />;
  if (runs.length === 0) return <EmptyState title={t('rules.no_runs')} text={t('rules.no_runs_text')} />;
  return (
    <>
      <Runs runs={runs} names={names} by="rule" label={t('rules.runs')} />
      {more && <Button onClick={more}>{t('rules.earlier')}</Button>}
    </>
  );
}

interface VersionsPanelProps extends Pick<RuleLogProps, 'rule' | 'names' | 'changes'> {
  readonly onDone: () => void;
}

function VersionsPanel({ rule, names, changes, onDone }: VersionsPanelProps) {
  const versions = useQuery({
    queryKey: ['rules', rule.id, 'versions'],
    queryFn: () => request<{ items: readonly RuleVersion[] }>('GET', `/api/rules/${rule.id}/versions`),
  });
  const now = useMinute();
  async function restore({ version }: RuleVersion, before: number): Promise<void> {
    const isDone = await act(() => changes.rollBack(rule.id, version), {
      done: t('rules.restored', { name: rule.name, number: version }),
      undo: () => void act(() => changes.rollBack(rule.id, before)),
    });
    if (isDone) onDone();
  }
  return (
    <Loaded query={versions}>
      {({ items }) => {
        const newest = items[0]?.version ?? rule.version;
        return (
          <Rows label={t('rules.versions')}>
            {items.map((one) => {
              const conditions = conditionsOf(one.filter).length;
              const by = one.actor_id ? names.agents.get(one.actor_id) : undefined;
              return (
                <Row
                  key={one.version}
                  title={
                    <>
                      {t('rules.version', { number: one.version })}
                      {one.version === newest && <Badge>{t('rules.version_now')}</Badge>}
                    </>
                  }
                  text={
                    <>
                      <div>{[formatNear(one.at, now), by].filter(Boolean).join(' · ')}</div>
                      <div>
                        {describeTrigger(one.trigger, names)}
                        {conditions > 0 && ` · ${t('rules.conditions', { count: conditions })}`}
                      </div>
                      <div dir="auto" className="text-aligned">
                        → {one.acts.map((step) => describeAct(step, names)).join(' · ')}
                      </div>
                    </>
                  }
                  end={
                    one.version !== newest && (
                      <Button onClick={() => void restore(one, newest)}>{t('rules.restore')}</Button>
                    )
                  }
                />
              );
            })}
          </Rows>
        );
      }}
    </Loaded>
  );
}

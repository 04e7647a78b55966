/** Runs of rules, one below the other: when, where, what was done and why not. */
import { CircleCheck, CircleMinus, TriangleAlert, type LucideIcon } from 'lucide-react';
import { Link } from 'wouter';
import { describeAct } from '@/app/macros/describe';
import type { Names } from '@/app/macros/names';
import { paths } from '@/app/paths';
import { useMinute } from '@/shared/format/clock';
import { formatNear } from '@/shared/format/times';
import { t } from '@/shared/i18n';
import { cx } from '@/shared/ui/cx';
import { describeOutcome, nameOfOccasion, whyNot } from './describe';
import type { RuleRun } from './types';

const ICONS: Readonly<Record<RuleRun['outcome'], LucideIcon>> = {
  done: CircleCheck,
  nothing: CircleMinus,
  refused: TriangleAlert,
  broken: TriangleAlert,
  circle: TriangleAlert,
  too_often: TriangleAlert,
};

export interface RunsProps {
  readonly runs: readonly RuleRun[];
  readonly names: Names;
  /** In the log of a rule each names its conversation; in that of a conversation, its rule. */
  readonly by: 'rule' | 'conversation';
  readonly label: string;
}

export function Runs({ runs, names, by, label }: RunsProps) {
  return (
    <ul aria-label={label} className="flex flex-col divide-y divide-line">
      {runs.map((run) => (
        <RunRow key={run.id} run={run} names={names} by={by} />
      ))}
    </ul>
  );
}

function RunRow({ run, names, by }: { readonly run: RuleRun; readonly names: Names; readonly by: RunsProps['by'] }) {
  const Icon = ICONS[run.outcome];
  const now = useMinute();
  const isGood = run.outcome === 'done' || run.outcome === 'nothing';
  return (
    <li className="flex gap-2.5 py-2.5">
      <Icon
        aria-hidden
        size={16}
        strokeWidth={1.75}
        className={cx('mt-0.5 shrink-0', isGood ? 'text-muted' : 'text-warn')}
      />
      <div className="min-w-0 flex-1">
        <div className="flex flex-wrap items-baseline gap-x-2">
          {by === 'rule' ? (
            <Link
              href={paths.inbox('all', run.conversation_id)}
              className="max-w-full truncate text-14 font-medium text-accent hover:underline"
            >
              <bdi>{run.customer || t('rules.nameless')}</bdi>
            </Link>
          ) : (
            <bdi className="truncate text-14 font-medium">{run.rule}</bdi>
          )}
          <time dateTime={run.at} className="tabular text-12 text-muted">
            {formatNear(run.at, now)}
          </time>
        </div>
        <p className="text-13 text-muted">
          {nameOfOccasion(run.occasion)} · {describeOutcome(run)}
        </p>
        <ol className="flex flex-col text-13 empty:hidden">
          {run.steps.map((step, at) => {
            const act = run.acts[step.place];
            const why = step.reason ? whyNot(step.reason, step.title, step.values) : '';
            return (
              <li key={at} className={cx(step.verdict === 'cannot' && 'text-warn')}>
                {act && <span dir="auto">{describeAct(act, names)}</span>}
                {why && `${act ? ' – ' : ''}${why}`}
                {!why && step.verdict === 'same' && ` – ${t('rules.is_so')}`}
              </li>
            );
          })}
        </ol>
      </div>
    </li>
  );
}

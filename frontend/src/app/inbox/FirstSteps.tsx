import { ArrowRight, CircleCheck, CircleDashed } from 'lucide-react';
import { useEffect } from 'react';
import { navigate } from 'wouter/use-browser-location';
import type { Id } from '@/shared/api/types';
import { useStored } from '@/shared/hooks/useStored';
import { t, type Key } from '@/shared/i18n';
import { useStore } from '@/shared/store/store';
import { cx } from '@/shared/ui/cx';
import { paths } from '../paths';

interface Step {
  readonly title: Key;
  readonly isDone: boolean;
  readonly onGo?: () => void;
}

/** Five steps from an empty desk to a working one. No tour: each is a place to go to, and is done when it is done. */
export function FirstSteps({ onTryIt }: { readonly onTryIt: (channelId: Id) => void }) {
  const practice = useStore((state) => [...state.channels.values()].find((channel) => channel.is_practice));
  const hasReal = useStore((state) => [...state.channels.values()].some((channel) => !channel.is_practice));
  const hasColleague = useStore((state) => state.agents.size > 1);
  const hasReceived = useOnce(
    'threadline-step-received',
    useStore((state) => state.conversations.size > 0),
  );
  const hasAnswered = useOnce(
    'threadline-step-answered',
    useStore((state) => [...state.conversations.values()].some((row) => row.last_message?.direction === 'outgoing')),
  );

  const steps: Step[] = [
    { title: 'steps.workspace', isDone: true },
    { title: 'steps.receive', isDone: hasReceived, onGo: practice && (() => onTryIt(practice.id)) },
    { title: 'steps.answer', isDone: hasAnswered, onGo: () => navigate(paths.inbox('open')) },
    { title: 'steps.connect', isDone: hasReal, onGo: () => navigate(paths.settings('channels')) },
    { title: 'steps.invite', isDone: hasColleague, onGo: () => navigate(paths.settings('people')) },
  ];
  const done = steps.filter((step) => step.isDone).length;
  if (done === steps.length) return null;
  const next = steps.findIndex((step) => !step.isDone);
  return (
    <section aria-labelledby="steps-title" className="shrink-0 px-2 pt-2 pb-3">
      <h2 id="steps-title" className="flex justify-between px-2 pb-1 text-12 font-medium text-muted">
        {t('steps.title')}
        <span className="tabular font-normal">{t('steps.count', { done, total: steps.length })}</span>
      </h2>
      <ol>
        {steps.map((step, index) => (
          <li key={step.title}>
            <StepRow step={step} isNext={index === next} />
          </li>
        ))}
      </ol>
    </section>
  );
}

/** What was so once stays done, though its conversation was resolved and is not loaded any more. */
function useOnce(name: string, isNow: boolean): boolean {
  const [wasOnce, setWasOnce] = useStored(name, false);
  useEffect(() => {
    if (isNow && !wasOnce) setWasOnce(true);
  }, [isNow, wasOnce, setWasOnce]);
  return wasOnce || isNow;
}

function StepRow({ step, isNext }: { readonly step: Step; readonly isNext: boolean }) {
  const Icon = step.isDone ? CircleCheck : isNext ? ArrowRight : CircleDashed;
  const content = (
    <>
      <Icon
        aria-hidden
        size={16}
        strokeWidth={1.75}
        className={cx('shrink-0', step.isDone ? 'text-ok' : isNext ? 'text-accent rtl:-scale-x-100' : 'text-muted')}
      />
      <span className="truncate">{t(step.title)}</span>
      {step.isDone && <span className="sr-only">{t('steps.done')}</span>}
    </>
  );
  const look = cx(
    'flex h-7 w-full items-center gap-3 rounded-md px-2 text-13',
    step.isDone && 'text-muted',
    isNext && 'font-medium',
  );
  if (step.isDone || !step.onGo) return <span className={look}>{content}</span>;
  return (
    <button
      type="button"
      onClick={step.onGo}
      aria-current={isNext ? 'step' : undefined}
      className={cx(look, 'hover:bg-hover')}
    >
      {content}
    </button>
  );
}

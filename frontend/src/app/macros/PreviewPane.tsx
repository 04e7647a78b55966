/** What a macro would do in this conversation, step by step; and doing it, as one act. */
import { MessageSquareOff, Paperclip, ScanEye, TriangleAlert, type LucideIcon } from 'lucide-react';
import { useEffect, useImperativeHandle, useRef, useState, type RefObject } from 'react';
import { newId } from '@/shared/api/id';
import type { Conversation, ConversationDetail, Field, FieldValue, Id } from '@/shared/api/types';
import { t } from '@/shared/i18n';
import { formatList } from '@/shared/i18n/format';
import { problemText } from '@/shared/problem';
import { variableName } from '@/shared/replyVariables';
import { said } from '@/shared/said';
import { Button } from '@/shared/ui/Button';
import { Checkbox } from '@/shared/ui/Checkbox';
import { cx } from '@/shared/ui/cx';
import { InlineError } from '@/shared/ui/InlineError';
import { Kbd } from '@/shared/ui/Kbd';
import { Skeleton } from '@/shared/ui/Skeleton';
import { showToast } from '@/shared/ui/Toast';
import { useSubmit } from '@/shared/useSubmit';
import { FieldInput, LabelField, wireValues } from '../resolving/inputs';
import { showAtOnce } from '../thread/actions';
import { fetchPreview, postRun, postUndo } from './calls';
import { describeAct, iconOf } from './describe';
import { useNames, type Names } from './names';
import type { MacroPreview, StepPreview } from './types';

export interface PaneHandle {
  /** Does it, or leads to what is to be decided first. */
  readonly run: () => void;
}

export interface PreviewPaneProps {
  readonly handle: RefObject<PaneHandle | null>;
  readonly conversation: Conversation;
  readonly macroId: Id;
  /** Enter came before this stood. */
  readonly isPressed: boolean;
  /** True if it is over, or put off. */
  readonly onDone: (isEnded: boolean) => void;
}

/** Refusals that filling in answers. */
const ASKED = new Set(['label_needed', 'fields_needed', 'label_and_fields_needed']);
const PLACE = /\{\{\s*[a-z_.]+[^{}]*\}\}/;

export function PreviewPane({ handle, conversation, macroId, isPressed: wasPressed, onDone }: PreviewPaneProps) {
  const names = useNames();
  const [preview, setPreview] = useState<MacroPreview | null>(null);
  const [error, setError] = useState('');
  const [round, setRound] = useState(0);
  // Pressed before it could be read: it runs once it stands, if there is nothing to decide.
  const [isPressed, setPressed] = useState(wasPressed);
  useEffect(() => {
    let isCurrent = true;
    fetchPreview(conversation.id, macroId).then(
      (found) => isCurrent && setPreview(found),
      (problem: unknown) => isCurrent && setError(problemText(problem)),
    );
    return () => {
      isCurrent = false;
    };
  }, [conversation.id, macroId, round]);
  useImperativeHandle(handle, () => ({ run: () => setPressed(true) }));
  if (error !== '') return <InlineError>{error}</InlineError>;
  if (preview === null) return <Skeleton />;
  return (
    <Steps
      key={preview.macro.updated_at}
      handle={handle}
      conversation={conversation}
      preview={preview}
      names={names}
      isPressed={isPressed}
      onAgain={() => setRound(round + 1)}
      onDone={onDone}
    />
  );
}

interface StepsProps {
  readonly handle: RefObject<PaneHandle | null>;
  readonly conversation: Conversation;
  readonly preview: MacroPreview;
  readonly names: Names;
  readonly isPressed: boolean;
  readonly onAgain: () => void;
  readonly onDone: (isEnded: boolean) => void;
}

function Steps({ handle, conversation, preview, names, isPressed, onAgain, onDone }: StepsProps) {
  const { macro, steps, lacks_label: lacksLabel, missing } = preview;
  const [leftOut, setLeftOut] = useState<ReadonlySet<number>>(new Set());
  const [texts, setTexts] = useState<ReadonlyMap<number, string>>(new Map());
  const [labelId, setLabelId] = useState<Id | null>(null);
  const [values, setValues] = useState<Readonly<Record<Id, FieldValue>>>({});
  const [isBusy, setBusy] = useState(false);
  const runId = useRef<Id>(newId());
  const body = useRef<HTMLDivElement>(null);
  const submit = useSubmit(missing.map(({ id }) => `fields.${id}`));

  const textOf = (step: StepPreview) => texts.get(step.place) ?? filledText(step);
  const asksFor = steps.some(({ act, place }) => isResolving(act) && !leftOut.has(place));
  const lacks = asksFor
    ? [
        ...(lacksLabel && labelId === null ? ['label'] : []),
        ...missing.map(({ id }) => id).filter((id) => values[id] === undefined),
      ]
    : [];
  const isBlocked = (step: StepPreview) => {
    const reason = step.refusal?.reason ?? '';
    if (reason === 'place_unfilled' && step.text === '') return PLACE.test(textOf(step));
    return step.verdict === 'cannot' && !ASKED.has(reason);
  };
  const cannot = steps.filter((step) => isBlocked(step) && !canBeWritten(step));
  const unfilled = steps.filter((step) => isBlocked(step) && canBeWritten(step) && !leftOut.has(step.place));
  const out = new Set([...leftOut, ...cannot.map(({ place }) => place)]);
  const isNothing = steps.every(({ place }) => out.has(place));
  const isSure = cannot.length === 0 && unfilled.length === 0 && lacks.length === 0;

  const focusOn = (place: string) =>
    body.current
      ?.querySelector<HTMLElement>(`[data-place="${place}"] :is(input, textarea, button, [tabindex="0"])`)
      ?.focus();
  async function run(): Promise<void> {
    if (isBusy || isNothing) return;
    if (unfilled[0]) return focusOn(`step-${unfilled[0].place}`);
    if (lacks[0] !== undefined) return focusOn(lacks[0]);
    setBusy(true);
    let ended = false;
    const isDone = await showAtOnce(conversation.id, {}, async (): Promise<ConversationDetail> => {
      const done = await postRun(conversation.id, {
        id: runId.current,
        macro_id: macro.id,
        updated_at: macro.updated_at,
        left_out: [...out],
        texts: [...texts].filter(([place]) => !out.has(place)).map(([place, text]) => ({ place, text })),
        label_ids: labelId === null ? [] : [labelId],
        fields: wireValues(missing, values),
      });
      ended = done.conversation.state === 'resolved' || done.conversation.state === 'snoozed';
      tellDone(conversation, preview, done.id, done.message_ids.length > 0);
      return done.conversation;
    });
    setBusy(false);
    if (isDone) onDone(ended);
    // Whatever is in the way stands in the next preview.
    else onAgain();
  }
  const press = () => {
    if (isSure) void run();
    else if (unfilled.length > 0 || lacks.length > 0) void run();
    else focusOn('run');
  };
  useImperativeHandle(handle, () => ({ run: press }));
  const wasPressed = useRef(isPressed);
  useEffect(() => {
    if (wasPressed.current) press();
    wasPressed.current = false;
    // Once: what was pressed before this stood.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, []);

  return (
    <div ref={body} className="flex min-h-0 flex-1 flex-col">
      <div className="flex min-h-0 flex-1 flex-col gap-3 overflow-y-auto p-0.5">
        {preview.is_opted_out && (
          <Warning icon={MessageSquareOff}>
            {t('warning.opted_out', { name: conversation.contact.name.split(' ')[0] || conversation.address_display })}
          </Warning>
        )}
        {preview.needs_review && <Warning icon={ScanEye}>{t('macros.needs_review')}</Warning>}
        <ol aria-label={macro.name} className="flex flex-col gap-3">
          {steps.map((step) => (
            <Step
              key={step.place}
              step={step}
              names={names}
              isOut={out.has(step.place)}
              isLocked={cannot.includes(step)}
              isUnfilled={unfilled.includes(step)}
              text={textOf(step)}
              onText={(text) => setTexts(new Map([...texts, [step.place, text]]))}
              onOut={(isOut) => {
                const next = new Set(leftOut);
                if (isOut) next.add(step.place);
                else next.delete(step.place);
                setLeftOut(next);
              }}
              onEnter={press}
            />
          ))}
        </ol>
        {asksFor && lacksLabel && <LabelField typed="" chosenId={labelId} isFirst={false} onChoose={setLabelId} />}
        {asksFor &&
          missing.map((field: Field) => (
            <div key={field.id} data-place={field.id}>
              <FieldInput
                field={field}
                value={values[field.id]}
                isFirst={false}
                submit={submit}
                onChange={(value) => {
                  const { [field.id]: _, ...others } = values;
                  setValues(value === undefined ? others : { ...others, [field.id]: value });
                }}
                onChosen={(value) => setValues({ ...values, [field.id]: value })}
              />
            </div>
          ))}
      </div>
      <div data-place="run" className="flex items-center justify-end gap-3 pt-3">
        {preview.hold_s > 0 && steps.some(({ act, place }) => isWriting(act) && !out.has(place)) && (
          <span className="text-12 text-muted">{t('macros.hold', { count: preview.hold_s })}</span>
        )}
        <Button look="filled" disabled={isNothing} isBusy={isBusy} onClick={() => void run()}>
          {cannot.length === 0 ? t('macros.run') : t('macros.run_without', { count: cannot.length })}
          <Kbd keys="Enter" isOnAccent={!isNothing} />
        </Button>
      </div>
    </div>
  );
}

interface StepProps {
  readonly step: StepPreview;
  readonly names: Names;
  readonly isOut: boolean;
  /** It cannot be done here, whatever is decided. */
  readonly isLocked: boolean;
  readonly isUnfilled: boolean;
  readonly text: string;
  readonly onText: (text: string) => void;
  readonly onOut: (isOut: boolean) => void;
  readonly onEnter: () => void;
}

function Step({ step, names, isOut, isLocked, isUnfilled, text, onText, onOut, onEnter }: StepProps) {
  const { act, verdict, refusal } = step;
  const Icon = iconOf(act);
  const sentence = describeAct(act, names);
  return (
    <li data-place={`step-${step.place}`} className="flex flex-col gap-1">
      <span className={cx('flex items-start gap-1', isOut && 'opacity-60')}>
        <Checkbox
          label={sentence}
          hint={verdict === 'same' ? t('macros.is_so') : undefined}
          checked={!isOut}
          disabled={isLocked}
          onCheckedChange={(isIn) => onOut(!isIn)}
          className="flex-1"
        />
        <Icon aria-hidden size={16} strokeWidth={1.75} className="mt-2 shrink-0 text-muted" />
      </span>
      {isLocked && refusal && (
        <span className="ms-6.5">
          <Warning icon={TriangleAlert}>{said(refusal.reason, refusal.title, refusal.values)}</Warning>
        </span>
      )}
      {!isOut && canBeWritten(step) && (
        <textarea
          dir="auto"
          lang={step.language || undefined}
          aria-label={sentence}
          aria-invalid={isUnfilled || undefined}
          rows={Math.min(6, Math.max(2, text.split('\n').length))}
          maxLength={4096}
          value={text}
          onChange={(event) => onText(event.target.value)}
          onKeyDown={(event) => {
            if (event.key !== 'Enter' || !(event.ctrlKey || event.metaKey)) return;
            event.preventDefault();
            onEnter();
          }}
          className={cx(
            'ms-6.5 resize-y rounded-md border border-line-strong px-2.5 py-1.5 text-14 text-ink pointer-coarse:text-16',
            act.kind === 'note' ? 'bg-note' : 'bg-raised',
          )}
        />
      )}
      {isUnfilled && (
        <span className="ms-6.5">
          <Warning icon={TriangleAlert}>{t('macros.fill', { what: missingIn(step) })}</Warning>
        </span>
      )}
      {step.text !== '' && (
        <p
          dir="auto"
          className="ms-6.5 rounded-md bg-hover px-2.5 py-1.5 text-14 text-aligned break-words whitespace-pre-wrap"
        >
          {step.text}
        </p>
      )}
      {step.files.length > 0 && (
        <ul className="ms-6.5 flex flex-wrap gap-2">
          {step.files.map((file) => (
            <li key={file.id} className="flex items-center gap-1.5 text-12 text-muted">
              <Paperclip aria-hidden size={12} strokeWidth={1.75} />
              <bdi>{file.name}</bdi>
            </li>
          ))}
        </ul>
      )}
    </li>
  );
}

function Warning({ icon: Icon, children }: { readonly icon: LucideIcon; readonly children: string }) {
  return (
    <p role="note" className="flex items-start gap-1.5 text-13 text-warn">
      <Icon aria-hidden size={14} strokeWidth={1.75} className="mt-0.5 shrink-0" />
      {children}
    </p>
  );
}

/** Says what was done, with the way back to all of it. */
function tellDone(
  conversation: Conversation,
  { macro, hold_s: holdS }: MacroPreview,
  runId: Id,
  isSent: boolean,
): void {
  showToast(t('macros.done', { name: macro.name }), {
    ...(isSent && holdS > 5 && { timeMs: holdS * 1_000 }),
    undo: () => void takeBack(conversation, runId),
  });
}

async function takeBack(conversation: Conversation, runId: Id): Promise<void> {
  await showAtOnce(conversation.id, {}, async () => {
    const { conversation: detail, kept } = await postUndo(runId);
    if (kept.length > 0) showToast(t('undo.kept', { what: formatList(kept.map((one) => t(`macros.kept.${one}`))) }));
    return detail;
  });
}

function isResolving(act: StepPreview['act']): boolean {
  return act.kind === 'state' && act.state === 'resolved';
}

function isWriting(act: StepPreview['act']): boolean {
  return act.kind === 'reply' || act.kind === 'template';
}

/** Its words are the agent's to change: those of a template are the provider's. */
function canBeWritten({ act, pieces, refusal }: StepPreview): boolean {
  const isOpen = refusal === null || refusal.reason === 'place_unfilled';
  return isOpen && (act.kind === 'reply' || act.kind === 'note') && pieces.length > 0;
}

function filledText({ pieces }: StepPreview): string {
  return pieces.map(({ text }) => text).join('');
}

function missingIn({ pieces }: StepPreview): string {
  const variables = pieces.flatMap(({ is_missing, variable }) => (is_missing && variable ? [variable] : []));
  return formatList([...new Set(variables.map(variableName))]);
}

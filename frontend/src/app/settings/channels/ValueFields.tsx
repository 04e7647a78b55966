import { ExternalLink } from 'lucide-react';
import { useState } from 'react';
import { t } from '@/shared/i18n';
import { saidAll } from '@/shared/said';
import type { FieldState } from '@/shared/ui/InlineError';
import { SecretField, TextField } from '@/shared/ui/TextField';
import { cx } from '@/shared/ui/cx';
import type { Channel, Check, SetupField } from '../types';
import { isWellFormed, type Values } from './useChecks';
import { labelOf, titleOf, whereFound } from './words';

export interface ValueFieldsProps {
  /** The channel type whose values these are. */
  readonly type: string;
  readonly fields: readonly SetupField[];
  readonly values: Values;
  readonly onChange: (name: string, value: string) => void;
  readonly checks: readonly Check[];
  /** Complaints of the server about a save, by field. */
  readonly errors: Readonly<Record<string, string>>;
  readonly isChecking: boolean;
  /** What is stored: secrets show their end, and may stay empty to stay as they are. */
  readonly stored?: Channel['secrets'];
}

/** The provider's values as its channel type declares them: where each is found, and what was found out about it. */
export function ValueFields(props: ValueFieldsProps) {
  const shown = props.fields.filter((field) => !field.is_generated);
  return (
    <div className="grid gap-x-4 gap-y-5 sm:grid-cols-2">
      {shown.map((field, index) => (
        <ValueField key={field.name} field={field} isWide={!isPaired(shown, index)} {...props} />
      ))}
    </div>
  );
}

/** Two short values in a row share a line; secrets and single ones have a line of their own. */
function isPaired(fields: readonly SetupField[], index: number): boolean {
  const isShort = (at: number): boolean => fields[at]?.kind === 'text';
  if (!isShort(index)) return false;
  let before = 0;
  while (isShort(index - before - 1)) before += 1;
  return before % 2 === 1 || isShort(index + 1);
}

interface ValueFieldProps extends ValueFieldsProps {
  readonly field: SetupField;
  readonly isWide: boolean;
}

function ValueField({ type, field, isWide, values, onChange, checks, errors, isChecking, stored }: ValueFieldProps) {
  const [isLeft, setIsLeft] = useState(false);
  const value = values[field.name] ?? '';
  const isOdd = isLeft && value !== '' && !isWellFormed(field, value);
  const note = noteOf(field, value, checks, isChecking);
  const common = {
    label: labelOf(type, field),
    labelEnd: <WhereFound where={whereFound(type, field)} link={field.link} />,
    name: field.name,
    value,
    autoComplete: 'off',
    spellCheck: false,
    required: field.required && stored?.[field.name]?.is_set !== true,
    onValueChange: (next: string) => onChange(field.name, next.trim()),
    onBlur: () => setIsLeft(true),
    error: errors[field.name] ?? errors[`values.${field.name}`] ?? (isOdd ? t('settings.connect.odd') : undefined),
    note,
    hint: note === undefined ? placeOf(whereFound(type, field)).spot : undefined,
    className: cx(isWide && 'sm:col-span-2'),
  };
  if (field.kind === 'secret') return <SecretField {...common} storedEnd={stored?.[field.name]?.last4} />;
  return <TextField {...common} dir="ltr" inputMode={/^\W*\\?d|\[0-9\]/.test(field.pattern) ? 'numeric' : undefined} />;
}

/** "WhatsApp Manager: above the list" → the page at the label's end, the spot on it below the field. */
function placeOf(where: string): { readonly page: string; readonly spot: string } {
  const [page = '', ...rest] = where.split(':');
  const spot = rest.join(':').trim();
  return { page: page.trim(), spot: spot === '' ? '' : `${spot.charAt(0).toLocaleUpperCase()}${spot.slice(1)}` };
}

function WhereFound({ where, link }: { readonly where: string; readonly link: string }) {
  const { page } = placeOf(where);
  if (page === '') return null;
  if (link === '') return <span className="truncate text-13 text-muted">{page}</span>;
  return (
    <a
      href={link}
      target="_blank"
      rel="noopener noreferrer"
      title={where}
      className="inline-flex min-w-0 items-center gap-1 rounded-sm text-13 text-accent underline-offset-2 hover:underline"
    >
      <span className="truncate">{page}</span>
      <ExternalLink aria-hidden size={13} strokeWidth={1.75} className="shrink-0 rtl:-scale-x-100" />
      <span className="sr-only">{t('settings.connect.new_tab')}</span>
    </a>
  );
}

function noteOf(
  field: SetupField,
  value: string,
  checks: readonly Check[],
  isChecking: boolean,
): { state: FieldState; text: string } | undefined {
  if (value === '') return undefined;
  if (isChecking) return { state: 'checking', text: t('settings.connect.checking') };
  const own = checks.filter((check) => check.field === field.name);
  const worst = own.find(({ state }) => state === 'failed') ?? own.find(({ state }) => state === 'waiting') ?? own[0];
  return worst === undefined
    ? undefined
    : { state: worst.state, text: saidAll(worst.says, worst.detail) || titleOf(worst) };
}

import type { ReplyVariable } from '@/shared/api/types';
import { t } from '@/shared/i18n';
import { placeOf, REPLY_VARIABLES, variableName } from '@/shared/replyVariables';
import { ReplyText } from '../replies/ReplyText';
import { languageName } from '../../contact/languages';
import type { Kind, Wording } from './types';

type Variable = ReplyVariable | 'hours.returns' | 'reply.expected';

const OF_NAMES = REPLY_VARIABLES.filter((variable) => !variable.startsWith('agent.'));

/** A time of return is promised while it is closed only. */
const VARIABLES: Readonly<Record<Kind, readonly Variable[]>> = {
  greeting: ['reply.expected', ...OF_NAMES],
  away: ['hours.returns', 'reply.expected', ...OF_NAMES],
};

interface WordingTextProps {
  readonly kind: Kind;
  readonly wording: Wording;
  readonly error: string | undefined;
  readonly onText: (text: string) => void;
}

/** What is said in one language, and the places in it. */
export function WordingText({ kind, wording, error, onText }: WordingTextProps) {
  const { language } = wording;
  return (
    <ReplyText
      label={language === '' ? t('automatic.words') : t('automatic.words_in', { language: languageName(language) })}
      text={wording.text}
      language={language || undefined}
      maxLength={1000}
      places={VARIABLES[kind].map((variable) => ({ name: nameOf(variable), text: surePlace(variable) }))}
      onText={onText}
      error={error}
    />
  );
}

function nameOf(variable: Variable): string {
  if (variable === 'hours.returns') return t('automatic.variable_returns');
  return variable === 'reply.expected' ? t('automatic.variable_expected') : variableName(variable);
}

/** Nobody looks before it goes out: what may be unknown of a customer says what stands there then. */
function surePlace(variable: Variable): string {
  if (variable === 'hours.returns' || variable === 'reply.expected') return `{{${variable}}}`;
  return variable.startsWith('contact.') ? placeOf(variable).replace('}}', ' | default: ""}}') : placeOf(variable);
}

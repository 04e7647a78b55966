import { Link } from 'wouter';
import { t } from '@/shared/i18n';
import { Button } from '@/shared/ui/Button';
import { paths } from '../paths';
import { EntryPage } from '../signin/EntryPage';

export interface LinkProblemProps {
  readonly title: string;
  readonly text?: string;
  readonly onRetry?: () => void;
}

/** A link that leads nowhere any more, or a server that does not answer: what to do instead. */
export function LinkProblem({ title, text, onRetry }: LinkProblemProps) {
  return (
    <EntryPage title={title} text={text}>
      {onRetry === undefined ? (
        <Link
          href={paths.signIn()}
          className="self-start text-14 font-medium text-accent underline-offset-2 hover:underline"
        >
          {t('entry.signin.title')}
        </Link>
      ) : (
        <Button onClick={onRetry} className="self-start">
          {t('common.try_again')}
        </Button>
      )}
    </EntryPage>
  );
}

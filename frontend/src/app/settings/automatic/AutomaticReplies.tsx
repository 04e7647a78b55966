import { t } from '@/shared/i18n';
import { Loaded } from '../parts/Loaded';
import { Page } from '../parts/Page';
import { MannersBlock } from './MannersBlock';
import { PreviewBlock } from './PreviewBlock';
import { ReplyBlock } from './ReplyBlock';
import { useAutomaticReplies } from './useAutomaticReplies';

/** What the desk says by itself: greeting and away message, where, when, and what a customer would read now. */
export default function AutomaticReplies() {
  const replies = useAutomaticReplies();
  return (
    <Page
      group={t('settings.group.conversations')}
      title={t('settings.automatic.title')}
      text={t('automatic.text')}
      aside={<PreviewBlock />}
    >
      <Loaded query={replies}>
        {(items) => (
          <>
            <ReplyBlock kind="greeting" items={items} />
            <ReplyBlock kind="away" items={items} />
            <MannersBlock />
          </>
        )}
      </Loaded>
    </Page>
  );
}

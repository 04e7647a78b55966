import { lazy, Suspense } from 'react';
import { Redirect, Route, Switch, useLocation } from 'wouter';
import { paths } from '@/app/paths';
import { withTexts } from '@/app/routes';
import { useSignedIn } from '@/shared/api/session';
import { loadPart, t } from '@/shared/i18n';
import { cx } from '@/shared/ui/cx';
import { EmptyState } from '@/shared/ui/EmptyState';
import { Appearance } from './appearance/Appearance';
import { Writing } from './writing/Writing';
import { Channels } from './channels/Channels';
import { ChannelPage } from './channels/ChannelPage';
import { Deliveries } from './deliveries/Deliveries';
import { Fields } from './fields/Fields';
import { General } from './general/General';
import { CalendarPage } from './hours/CalendarPage';
import { Hours } from './hours/Hours';
import { Keys } from './keys/Keys';
import { Labels } from './labels/Labels';
import { Notifications } from './notifications/Notifications';
import { Page } from './parts/Page';
import { People } from './people/People';
import { Privacy } from './privacy/Privacy';
import { Profile } from './profile/Profile';
import { ProofDialog } from './proof';
import { SECTIONS, sectionsFor } from './sections';
import { SendingBanner } from './SendingBanner';
import { Sessions } from './sessions/Sessions';
import { SettingsNav } from './SettingsNav';
import { Stages } from './stages/Stages';
import { TaskPatterns } from './tasks/TaskPatterns';
import { Teams } from './teams/Teams';
import { Templates } from './templates/Templates';

const AutomaticReplies = lazy(async () => {
  const [module] = await Promise.all([import('./automatic/AutomaticReplies'), loadPart('automatic')]);
  return module;
});
const ServiceLevels = lazy(async () => {
  const [module] = await Promise.all([import('./service/ServiceLevels'), loadPart('service')]);
  return module;
});
const RoutingPage = lazy(async () => {
  const parts = (['routing', 'skills', 'bots'] as const).map(loadPart);
  const [module] = await Promise.all([import('./routing/RoutingPage'), ...parts]);
  return module;
});
const Rules = lazy(async () => {
  const [module] = await Promise.all([import('./rules/Rules'), loadPart('rules'), loadPart('macros')]);
  return module;
});
const RotaRoom = lazy(
  withTexts(
    'server',
    withTexts('rota', () => import('./rota/Rota')),
  ),
);
const Macros = lazy(withTexts('macros', () => import('./macros/Macros')));
const WebhooksRoom = lazy(withTexts('webhooks', () => import('./webhooks/WebhooksRoom')));
const Tokens = lazy(withTexts('bots', () => import('./tokens/Tokens')));
const Replies = lazy(withTexts('replies', () => import('./replies/Replies')));
const ConnectPage = lazy(() => import('./channels/ConnectPage'));

/** Settings: the list of pages at the start, one page beside it; on a phone one after the other. */
export default function Settings() {
  const { agent } = useSignedIn();
  const [location] = useLocation();
  const isList = location === paths.settings();
  return (
    <div className="flex h-full min-h-0 min-w-0 flex-1 flex-col text-ink">
      <SendingBanner />
      <div className="flex min-h-0 flex-1">
        <SettingsNav
          permissions={agent.permissions}
          className={cx('w-full shrink-0 md:flex md:w-50', !isList && 'hidden')}
        />
        <div className={cx('min-h-0 min-w-0 flex-1 md:flex', isList ? 'hidden' : 'flex')}>
          <Suspense fallback={<div className="flex-1 bg-surface" />}>
            <Pages permissions={agent.permissions} />
          </Suspense>
        </div>
      </div>
      <ProofDialog />
    </div>
  );
}

function Pages({ permissions }: { readonly permissions: readonly string[] }) {
  const may = new Set(sectionsFor(permissions).map(({ path }) => path));
  return (
    <Switch>
      <Route path="/settings/profile" component={Profile} />
      <Route path="/settings/keys" component={Keys} />
      <Route path="/settings/sessions" component={Sessions} />
      <Route path="/settings/appearance" component={Appearance} />
      <Route path="/settings/writing" component={Writing} />
      <Route path="/settings/notifications" component={Notifications} />
      {may.has('rota') && <Route path="/settings/rota" component={RotaRoom} />}
      {may.has('general') && <Route path="/settings/general" component={General} />}
      {may.has('people') && <Route path="/settings/people" component={People} />}
      {may.has('teams') && <Route path="/settings/teams" component={Teams} />}
      {may.has('hours') && <Route path="/settings/hours" component={Hours} />}
      {may.has('hours') && (
        <Route path="/settings/hours/:calendarId">{({ calendarId }) => <CalendarPage calendarId={calendarId} />}</Route>
      )}
      {may.has('service') && <Route path="/settings/service" component={ServiceLevels} />}
      {may.has('privacy') && <Route path="/settings/privacy" component={Privacy} />}
      {may.has('fields') && <Route path="/settings/fields" component={Fields} />}
      {may.has('channels') && <Route path="/settings/channels" component={Channels} />}
      {may.has('channels') && (
        <Route path="/settings/channels/connect/:type">{({ type }) => <ConnectPage type={type} />}</Route>
      )}
      {may.has('channels') && (
        <Route path="/settings/channels/:channelId">{({ channelId }) => <ChannelPage channelId={channelId} />}</Route>
      )}
      {may.has('templates') && <Route path="/settings/templates" component={Templates} />}
      {may.has('routing') && <Route path="/settings/routing" component={RoutingPage} />}
      {may.has('labels') && <Route path="/settings/labels" component={Labels} />}
      {may.has('tasks') && <Route path="/settings/tasks" component={TaskPatterns} />}
      {may.has('stages') && <Route path="/settings/stages" component={Stages} />}
      {may.has('rules') && <Route path="/settings/rules" component={Rules} />}
      {may.has('macros') && <Route path="/settings/macros" component={Macros} />}
      <Route path="/settings/replies" component={Replies} />
      {may.has('automatic') && <Route path="/settings/automatic" component={AutomaticReplies} />}
      {may.has('tokens') && <Route path="/settings/tokens" component={Tokens} />}
      {may.has('webhooks') && <Route path="/settings/webhooks/:webhookId?" component={WebhooksRoom} />}
      {may.has('deliveries') && <Route path="/settings/deliveries" component={Deliveries} />}
      {/* Shown beside the list on a wide screen; on a phone the list stands alone. */}
      <Route path="/settings" component={Profile} />
      <Route path="/settings/:section/*?">
        {({ section }) =>
          SECTIONS.some(({ path }) => path === section) ? <NotAllowed /> : <Redirect to={paths.settings()} replace />
        }
      </Route>
    </Switch>
  );
}

function NotAllowed() {
  return (
    <Page title={t('settings.title')}>
      <EmptyState title={t('settings.not_allowed')} text={t('settings.not_allowed_text')} />
    </Page>
  );
}

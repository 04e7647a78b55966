import { Route, Switch } from 'wouter';
import { WebhookPage } from './WebhookPage';
import { Webhooks } from './Webhooks';

/** The list, and one webhook: one chunk. */
export default function WebhooksRoom() {
  return (
    <Switch>
      <Route path="/settings/webhooks" component={Webhooks} />
      <Route path="/settings/webhooks/:webhookId">{({ webhookId }) => <WebhookPage webhookId={webhookId} />}</Route>
    </Switch>
  );
}

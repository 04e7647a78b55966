export function Inbox() {
  return <main className="bg-surface text-ink" />;
}

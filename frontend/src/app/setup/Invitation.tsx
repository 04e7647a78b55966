export default function Invitation() {
  return <main className="bg-surface text-ink" />;
}

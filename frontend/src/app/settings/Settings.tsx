export default function Settings() {
  return <main className="bg-surface text-ink" />;
}

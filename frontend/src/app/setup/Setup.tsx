export default function Setup() {
  return <main className="bg-surface text-ink" />;
}

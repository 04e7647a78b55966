export default function SignIn() {
  return <main className="bg-surface text-ink" />;
}

export interface PracticeProps {
  channelId: string;
  onClose: () => void;
}

export default function Practice(_props: PracticeProps) {
  return <aside className="bg-canvas text-ink" />;
}

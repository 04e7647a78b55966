export function Logo() {
  return (
    <svg aria-hidden viewBox="0 0 20 20" width="20" height="20" className="text-ink">
      <path
        d="M15.5 4.5H8a3 3 0 0 0 0 6h4a3 3 0 0 1 0 6H4.5"
        fill="none"
        stroke="currentColor"
        strokeWidth="2.4"
        strokeLinecap="round"
      />
    </svg>
  );
}

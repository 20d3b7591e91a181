import { useEffect, useRef, type ReactNode } from 'react';
import { Button } from 'react-aria-components';

/** What is known of one row, beside the list, which stays as it is. */
export function Panel({
  title,
  onClose,
  children,
}: {
  title: string;
  onClose: () => void;
  children: ReactNode;
}) {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => heading.current?.focus(), [title]);
  return (
    <aside
      className="panel"
      aria-label={title}
      onKeyDown={(event) => {
        if (event.key === 'Escape' && !event.defaultPrevented) onClose();
      }}
    >
      <header>
        <h2 ref={heading} tabIndex={-1}>
          {title}
        </h2>
        <Button className="button quiet" aria-label="Close" onPress={onClose}>
          ✕
        </Button>
      </header>
      {children}
    </aside>
  );
}

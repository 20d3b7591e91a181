import { useState } from 'react';
import { Button } from 'react-aria-components';
import { short } from '../words';

/** An identifier, shortened; a press copies the whole. */
export function Id({ value }: { value: string }) {
  const [copied, setCopied] = useState(false);
  const copy = async (): Promise<void> => {
    await navigator.clipboard.writeText(value);
    setCopied(true);
    setTimeout(() => setCopied(false), 1_500);
  };
  return (
    <Button className="id" onPress={() => void copy()}>
      <span className="hidden">Copy </span>
      <code title={value}>{copied ? 'Copied' : short(value)}</code>
    </Button>
  );
}

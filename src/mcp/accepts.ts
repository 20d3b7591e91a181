const NEEDED = ['application/json', 'text/event-stream'] as const;

/**
 * MCP, Streamable HTTP: a client takes both a JSON answer and an event stream. A missing header and wildcards count as
 * both (RFC 9110 §12.5.1), as command-line clients send them.
 */
export function acceptsBoth(header: string | undefined): boolean {
  if (header === undefined || header.trim() === '') return true;
  const ranges = header.split(',').map(readRange);
  return NEEDED.every((type) => {
    const [family] = type.split('/');
    const matching = [type, `${family}/*`, '*/*'].map((wanted) =>
      ranges.find(({ range }) => range === wanted),
    );
    return (matching.find(Boolean)?.quality ?? 0) > 0;
  });
}

function readRange(part: string): { range: string; quality: number } {
  const [range = '', ...parameters] = part.split(';').map((piece) => piece.trim().toLowerCase());
  const quality = parameters.find((parameter) => parameter.startsWith('q='))?.slice(2) ?? '1';
  return { range, quality: Number(quality) };
}

import { EventSourceParserStream, type EventSourceMessage } from 'eventsource-parser/stream';
import type { Api, Query } from './api';

/** Server-sent events, which carry a proof of the key like every other request. Ends when the server ends them. */
export async function* serverSentEvents(
  api: Api,
  path: string,
  { query = {}, signal }: { query?: Query; signal: AbortSignal },
): AsyncGenerator<EventSourceMessage> {
  const response = await api.request('GET', path, { query, signal, accept: 'text/event-stream' });
  const reader = response
    .body!.pipeThrough(new TextDecoderStream())
    .pipeThrough(new EventSourceParserStream())
    .getReader();
  try {
    for (let part = await reader.read(); !part.done; part = await reader.read()) yield part.value;
  } finally {
    await reader.cancel().catch(() => undefined);
  }
}

import http from 'node:http';
import type { AddressInfo } from 'node:net';

/** The suite has no way to send a token: a proxy that adds it, and is the server to whoever asks by its own name. */
export async function proxyTo(
  target: URL,
  token: () => string,
): Promise<{ readonly url: string; close(): void }> {
  const server = http.createServer((req, res) => {
    const { port } = server.address() as AddressInfo;
    const headers: http.OutgoingHttpHeaders = { ...req.headers, authorization: `Bearer ${token()}` };
    if (headers.host === `localhost:${port}`) headers.host = target.host;
    if (headers.origin === `http://localhost:${port}`) headers.origin = target.origin;
    const to = { host: target.hostname, port: target.port, path: req.url, method: req.method, headers };
    const outgoing = http.request(to, (answer) => {
      res.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(res);
    });
    outgoing.on('error', () => (res.headersSent ? res.destroy() : res.writeHead(502).end()));
    res.on('close', () => outgoing.destroy());
    req.pipe(outgoing);
  });
  await new Promise<void>((listening) => server.listen(0, 'localhost', listening));
  return {
    url: `http://localhost:${(server.address() as AddressInfo).port}`,
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}

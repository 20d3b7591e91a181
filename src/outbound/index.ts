export type { OutboundAnswer, OutboundRequest } from './exchange.js';
export { CollectorHttp } from './collector-http.js';
export { OutboundHttp } from './outbound-http.js';
export { OutboundTls, type TlsTarget } from './outbound-tls.js';
export { OutboundModule } from './outbound.module.js';
export { OutboundRefused, type OutboundReason } from './outbound-refused.js';

import { Global, Module } from '@nestjs/common';
import { CollectorHttp } from './collector-http.js';
import { OutboundHttp } from './outbound-http.js';
import { OutboundTls } from './outbound-tls.js';

@Global()
@Module({
  providers: [CollectorHttp, OutboundHttp, OutboundTls],
  exports: [CollectorHttp, OutboundHttp, OutboundTls],
})
export class OutboundModule {}

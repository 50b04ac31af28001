import { describe, expect, it } from 'vitest';
import {
  type BindingReport,
  decodeBindingReport,
  decodeBindingRequest,
} from '../../../terminal/reader/pcsc-message.ts';
import { hex } from '../../card-emulator/felica/hex.ts';

describe('message between terminal and reader process', () => {
  it('carries a command and its reply as bytes of their own', () => {
    const buffer = Buffer.from('6300', 'hex');
    const report = decodeBindingReport({ kind: 'answered', id: 7, reply: buffer });
    buffer.fill(0);
    expect(report).toEqual({ kind: 'answered', id: 7, reply: hex('63 00') });
    const request = { kind: 'transmit', id: 7, command: hex('ff ca 00 00 00') };
    expect(decodeBindingRequest(request)).toEqual(request);
    expect(decodeBindingRequest({ kind: 'stop' })).toEqual({ kind: 'stop' });
  });

  it.each<BindingReport>([
    { kind: 'binding-missing', message: 'not built' },
    { kind: 'started' },
    { kind: 'reader-found', name: 'Virtual PCD 00 00' },
    { kind: 'reader-ambiguous', names: ['Virtual PCD 00 00', 'Virtual PCD 00 01'] },
    { kind: 'reader-gone' },
    { kind: 'card-unready', message: undefined },
    { kind: 'card-unready', message: 'Sharing violation' },
    { kind: 'card-ready' },
    { kind: 'card-gone' },
    { kind: 'failed', id: 1, message: 'no' },
    { kind: 'service-lost', message: 'gone' },
  ])('carries $kind unchanged', (report) => {
    expect(decodeBindingReport(report)).toEqual(report);
  });

  it.each([undefined, 'started', {}, { kind: 'stopped' }, { kind: 'answered', id: 1, reply: [1] }])(
    'is refused when it is something else: %j',
    (message) => {
      expect(() => decodeBindingReport(message)).toThrow();
      expect(() => decodeBindingRequest(message)).toThrow();
    },
  );
});

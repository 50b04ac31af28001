import { decodeAuthentication1V2Request } from '#felica/aes-authentication';
import {
  decodeReadWithoutEncryptionRequest,
  decodeWriteWithoutEncryptionRequest,
} from '#felica/block-access';
import { decodePollingRequest } from '#felica/polling';
import { frame, IDM_0 } from '../card-emulator/card/test-card.ts';
import { median } from './quantile.ts';

export interface DecodeTime {
  readonly what: string;
  readonly nanoseconds: number;
}

const ROUNDS = 5;

const DECODERS: readonly (readonly [string, Uint8Array, (packet: Uint8Array) => unknown])[] = [
  ['Polling', frame('00 4b5a 01 00'), decodePollingRequest],
  [
    'Read Without Encryption, 1 block',
    frame(`06 ${IDM_0} 01 1710 01 8000`),
    decodeReadWithoutEncryptionRequest,
  ],
  [
    'Write Without Encryption, 1 block',
    frame(`08 ${IDM_0} 01 0910 01 8000 ${'5c'.repeat(16)}`),
    decodeWriteWithoutEncryptionRequest,
  ],
  [
    'Authentication1 v2, 2 nodes',
    frame(`40 ${IDM_0} 00 02 1410 4c10 ${'5c'.repeat(16)}`),
    decodeAuthentication1V2Request,
  ],
];

/** What it takes to read one frame, without what is done then. */
export function measureDecoding(count: number): readonly DecodeTime[] {
  return DECODERS.map(([what, packet, decode]) => {
    const times: number[] = [];
    for (let round = 0; round <= ROUNDS; round += 1) {
      const start = performance.now();
      let found = 0;
      for (let number = 0; number < count; number += 1) {
        if (decode(packet) !== undefined) found += 1;
      }
      const elapsedMs = performance.now() - start;
      if (found !== count) throw new Error(`${what}: not decoded`);
      // The first round warms the machine up.
      if (round > 0) times.push((elapsedMs / count) * 1_000_000);
    }
    return { what, nanoseconds: median(times) };
  });
}

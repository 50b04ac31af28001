import { cardKeyDerivationBlock, KEY_BYTES } from '#purse/card-key';
import { CERTIFICATE_BYTES, encodeCertifiedWrite } from '#purse/transaction-certificate';
import { certifiedWriteOf, type PurseRecord } from '../batch/record.ts';
import { cmacOfEach, KeyedCmac } from './batch-cmac.ts';

/** The issuer's master of transaction certificates for a key version; absent for a foreign one. */
export type CertificateMasters = (keyVersion: number) => Uint8Array | undefined;

/**
 * The certificate that each record's card must have made, also for a record that has none; absent
 * where the key version is not ours. Two records with the same one speak of the same purse write.
 */
export function expectedCertificates(
  records: readonly PurseRecord[],
  masterOf: CertificateMasters,
): readonly (Uint8Array | undefined)[] {
  const expected: (Uint8Array | undefined)[] = records.map(() => undefined);
  const keyed = new KeyedCmac();
  const macs = new Uint8Array(records.length * KEY_BYTES);
  for (const keyVersion of new Set(records.map((record) => record.keyVersion))) {
    const master = masterOf(keyVersion);
    if (master === undefined) continue;
    const keys = certificateKeys(master, keyVersion, records);
    for (const [index, record] of records.entries()) {
      if (record.keyVersion !== keyVersion) continue;
      const write = encodeCertifiedWrite(certifiedWriteOf(record));
      const offset = index * KEY_BYTES;
      keyed.writeMac(write, { keys, macs, offset });
      expected[index] = macs.subarray(offset, offset + CERTIFICATE_BYTES);
    }
  }
  return expected;
}

/**
 * The key that each record's card has in that version, in a row. A derivation is one block, so all of
 * them take one ECB call.
 */
function certificateKeys(
  master: Uint8Array,
  version: number,
  records: readonly PurseRecord[],
): Uint8Array {
  const bytes = new Uint8Array(records.length * KEY_BYTES);
  for (const [index, { idm }] of records.entries()) {
    bytes.set(cardKeyDerivationBlock({ label: 'CERT', idm, version }), index * KEY_BYTES);
  }
  const shape = { offset: 0, stride: KEY_BYTES, messageBytes: KEY_BYTES, count: records.length };
  return cmacOfEach(master, { bytes, ...shape });
}

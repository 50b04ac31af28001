import { DOMParser } from '@xmldom/xmldom';
import { describe, expect, it } from 'vitest';
import { creditTransferMessage } from '../../../../backend/settlement/bank/credit-transfer-message.ts';
import { EXAMPLE_INSTRUCTION } from './instruction-example.ts';

describe('creditTransferMessage', () => {
  const document = new DOMParser().parseFromString(
    creditTransferMessage(EXAMPLE_INSTRUCTION),
    'text/xml',
  );
  const texts = (name: string): readonly (string | null)[] =>
    [...document.getElementsByTagName(name)].map(({ textContent }) => textContent);

  it('says who pays, when, and how much together, twice', () => {
    expect(document.documentElement?.namespaceURI).toBe(
      'urn:iso:std:iso:20022:tech:xsd:pain.001.001.03',
    );
    expect(texts('MsgId')).toEqual(['KZ-1']);
    expect(texts('PmtInfId')).toEqual(['KZ-1']);
    expect(texts('CreDtTm')).toEqual(['2026-11-24T10:02:03+09:00']);
    expect(texts('ReqdExctnDt')).toEqual(['2026-11-25']);
    expect(texts('NbOfTxs')).toEqual(['3', '3']);
    expect(texts('CtrlSum')).toEqual(['10000968000', '10000968000']);
    expect(texts('DbtrAcct')).toEqual(['12345672JPY']);
  });

  it('says of each order its id, its amount in yen, and the account it goes to', () => {
    expect(texts('EndToEndId')).toEqual(['KZ-1-1001', 'KZ-1-1002', 'KZ-1-1003']);
    expect(texts('InstdAmt')).toEqual(['968000', '1', '9999999999']);
    expect(texts('MmbId')).toEqual(['0005001', '0001210', '9900018', '0009001']);
    expect(texts('CdtrAcct')).toEqual(['01234561JPY', '76543211JPY', '00000422JPY']);
    expect(texts('Cdtr')).toEqual(['ｶ)ﾊﾟﾝﾔ', 'ﾔｵﾔ ﾔｵｺ', 'ｶｻﾞｽｴﾚｷ(ｶ']);
  });

  it('writes nothing that a bank would not take', () => {
    expect(() => creditTransferMessage({ ...EXAMPLE_INSTRUCTION, orders: [] })).toThrow(
      'no-orders',
    );
  });
});

/** An entry as a bank writes it; parts that are absent are left out. */
export interface EntryExample {
  readonly amount: string;
  readonly direction?: 'CRDT' | 'DBIT';
  readonly reference?: string;
  readonly status?: string;
  readonly isReversal?: boolean;
  readonly batch?: string;
  readonly payments?: readonly PaymentExample[];
}

export interface PaymentExample {
  readonly endToEndId?: string;
  readonly amount?: string;
  readonly reference?: string;
  readonly returnReason?: string;
}

/** A camt.053.001.02 with those entries, between an opening and a closing balance if they are given. */
export function statementExample(
  entries: readonly EntryExample[],
  balances?: readonly [opening: number, closing: number],
): string {
  const [opening, closing] = balances ?? [];
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    '<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.02"><BkToCstmrStmt>',
    '<GrpHdr><MsgId>M1</MsgId><CreDtTm>2026-11-26T08:00:00+09:00</CreDtTm></GrpHdr>',
    '<Stmt><Id>S-20261125</Id><CreDtTm>2026-11-26T08:00:00+09:00</CreDtTm>',
    '<Acct><Id><Othr><Id>1234567</Id></Othr></Id><Ccy>JPY</Ccy></Acct>',
    balance('OPBD', opening),
    balance('CLBD', closing),
    ...entries.map(entry),
    '</Stmt></BkToCstmrStmt></Document>',
  ].join('\n');
}

/** A camt.054.001.08 with those entries. */
export function notificationExample(entries: readonly EntryExample[]): string {
  return [
    '<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.054.001.08"><BkToCstmrDbtCdtNtfctn>',
    '<GrpHdr><MsgId>M2</MsgId><CreDtTm>2026-11-25T12:00:00+09:00</CreDtTm></GrpHdr>',
    '<Ntfctn><Id>N-1</Id><CreDtTm>2026-11-25T12:00:00+09:00</CreDtTm>',
    ...entries.map((one) => entry({ ...one, status: `<Cd>${one.status ?? 'BOOK'}</Cd>` })),
    '</Ntfctn></BkToCstmrDbtCdtNtfctn></Document>',
  ].join('\n');
}

function balance(type: string, amount: number | undefined): string {
  if (amount === undefined) return '';
  const sign = amount < 0 ? 'DBIT' : 'CRDT';
  return (
    `<Bal><Tp><CdOrPrtry><Cd>${type}</Cd></CdOrPrtry></Tp><Amt Ccy="JPY">${Math.abs(amount)}</Amt>` +
    `<CdtDbtInd>${sign}</CdtDbtInd><Dt><Dt>2026-11-25</Dt></Dt></Bal>`
  );
}

function entry(example: EntryExample): string {
  const { amount, direction = 'DBIT', reference, status = 'BOOK', isReversal } = example;
  const { batch, payments = [] } = example;
  const details = [
    batch === undefined ? '' : `<Btch><PmtInfId>${batch}</PmtInfId></Btch>`,
    ...payments.map(payment),
  ].join('');
  return [
    `<Ntry><Amt Ccy="JPY">${amount}</Amt><CdtDbtInd>${direction}</CdtDbtInd>`,
    isReversal === undefined ? '' : `<RvslInd>${isReversal}</RvslInd>`,
    `<Sts>${status}</Sts><BookgDt><Dt>2026-11-25</Dt></BookgDt>`,
    reference === undefined ? '' : `<AcctSvcrRef>${reference}</AcctSvcrRef>`,
    '<BkTxCd><Prtry><Cd>NTRF</Cd></Prtry></BkTxCd>',
    details === '' ? '' : `<NtryDtls>${details}</NtryDtls>`,
    '</Ntry>',
  ].join('');
}

function payment({ endToEndId, amount, reference, returnReason }: PaymentExample): string {
  return [
    '<TxDtls><Refs>',
    reference === undefined ? '' : `<AcctSvcrRef>${reference}</AcctSvcrRef>`,
    endToEndId === undefined ? '' : `<EndToEndId>${endToEndId}</EndToEndId>`,
    '</Refs>',
    amount === undefined ? '' : `<AmtDtls><TxAmt><Amt Ccy="JPY">${amount}</Amt></TxAmt></AmtDtls>`,
    returnReason === undefined ? '' : `<RtrInf><Rsn><Cd>${returnReason}</Cd></Rsn></RtrInf>`,
    '</TxDtls>',
  ].join('');
}

export interface StatusExample {
  readonly endToEndId?: string;
  readonly status: string;
  readonly reason?: string;
}

/** A pain.002.001.03 on instruction KZ-1, with that status of the whole. */
export function statusReportExample(
  groupStatus: string,
  payments: readonly StatusExample[],
  reason?: string,
): string {
  return [
    '<Document xmlns="urn:iso:std:iso:20022:tech:xsd:pain.002.001.03"><CstmrPmtStsRpt>',
    '<GrpHdr><MsgId>P-1</MsgId><CreDtTm>2026-11-25T10:00:00+09:00</CreDtTm></GrpHdr>',
    '<OrgnlGrpInfAndSts><OrgnlMsgId>KZ-1</OrgnlMsgId><OrgnlMsgNmId>pain.001.001.03</OrgnlMsgNmId>',
    `<GrpSts>${groupStatus}</GrpSts>${statusReason(reason)}</OrgnlGrpInfAndSts>`,
    '<OrgnlPmtInfAndSts><OrgnlPmtInfId>KZ-1</OrgnlPmtInfId>',
    ...payments.map(
      (one) =>
        `<TxInfAndSts>${one.endToEndId === undefined ? '' : `<OrgnlEndToEndId>${one.endToEndId}</OrgnlEndToEndId>`}` +
        `<TxSts>${one.status}</TxSts>${statusReason(one.reason)}</TxInfAndSts>`,
    ),
    '</OrgnlPmtInfAndSts></CstmrPmtStsRpt></Document>',
  ].join('\n');
}

function statusReason(reason: string | undefined): string {
  return reason === undefined ? '' : `<StsRsnInf><Rsn><Cd>${reason}</Cd></Rsn></StsRsnInf>`;
}

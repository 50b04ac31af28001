import { businessDate, epochMs, yen } from '#units';
import { BANK_ACCOUNT, PAYER_ACCOUNT } from '../../../../backend/settlement/bank/bank-account.ts';
import type {
  PaymentInstruction,
  PaymentOrder,
} from '../../../../backend/settlement/bank/payment-order.ts';

/** Names as people write them; accounts that nobody has. */
export const EXAMPLE_ORDERS: readonly PaymentOrder[] = [
  {
    orderId: 'KZ-1-1001',
    payee: BANK_ACCOUNT.parse({
      bankCode: '0001',
      bankName: 'みずほ',
      branchCode: '210',
      branchName: 'シブヤ',
      kind: 'ordinary',
      number: '0123456',
      holder: 'カ)パンヤ',
    }),
    amount: yen(968_000),
  },
  {
    orderId: 'KZ-1-1002',
    payee: BANK_ACCOUNT.parse({
      bankCode: '9900',
      bankName: 'ユウチョ',
      branchCode: '018',
      branchName: 'ゼロイチハチ',
      kind: 'ordinary',
      number: '7654321',
      holder: 'やおや やおこ',
    }),
    amount: yen(1),
  },
  {
    orderId: 'KZ-1-1003',
    payee: BANK_ACCOUNT.parse({
      bankCode: '0009',
      bankName: 'ﾐﾂｲｽﾐﾄﾓ',
      branchCode: '001',
      branchName: 'ホンテン',
      kind: 'current',
      number: '0000042',
      holder: 'カザスエレキ(カ',
    }),
    amount: yen(9_999_999_999),
  },
];

export const EXAMPLE_INSTRUCTION: PaymentInstruction = {
  instructionId: 'KZ-1',
  createdAt: epochMs(Date.UTC(2026, 10, 24, 1, 2, 3)),
  payOn: businessDate('2026-11-25'),
  payer: PAYER_ACCOUNT.parse({
    bankCode: '0005',
    bankName: 'ミツビシＵＦＪ',
    branchCode: '001',
    branchName: 'ホンテン',
    kind: 'current',
    number: '1234567',
    holder: 'カザス(カ',
    clientCode: '0000012345',
  }),
  orders: EXAMPLE_ORDERS,
};

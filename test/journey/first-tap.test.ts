import { describe, expect, it } from 'vitest';
import { signedYen, yen } from '#units';
import { proofOf } from '../../terminal/first-tap/proof.ts';
import { kazasu, PROGRAMS } from './program.ts';

describe('first tap', () => {
  it('ends with the proof that no yen was lost or made', { timeout: 180_000 }, () => {
    const { status, stdout, stderr } = kazasu('first-tap');
    expect(stderr).toBe('');
    expect(stdout).toContain('sale of 350 yen: Paid 350 yen, balance 4,650 yen');
    expect(stdout).toContain('sale of 1,200 yen: Not finished: please touch the same card again');
    expect(stdout).toContain('sale of 1,200 yen: Paid 1,200 yen, balance 3,450 yen');
    expect(stdout).toContain('sale of 4,000 yen: Refused: the balance is too low');
    expect(stdout).toContain('the issuer cannot be reached; the batch is kept');
    expect(stdout).toContain('No yen was lost and none was made: 1,550 yen spent');
    expect(status).toBe(0);
  });

  it('refuses an option it does not have, and one that needs another', () => {
    expect(kazasu('first-tap', '--offline')).toMatchObject({ status: 2 });
    const { status, stderr } = kazasu('first-tap', '--reader', 'ACR1252');
    expect(status).toBe(2);
    expect(stderr).toContain("'--reader' needs '--pcsc'");
  });
});

describe('proof', () => {
  const books = {
    feeIncome: yen(43),
    cardLiability: yen(3_450),
    issuerTotal: signedYen(0),
    carrierTotal: signedYen(0),
  };
  const figures = {
    cashTaken: yen(5_000),
    onCard: yen(3_450),
    shopPaid: yen(1_500),
    kioskCollected: yen(5_000),
    commission: yen(7),
    books,
  };

  it('holds when every yen is somewhere', () => {
    expect(proofOf(figures)).toMatchObject({ difference: 0, isProved: true });
  });

  it.each([
    ['a yen more is on the card', { onCard: yen(3_451) }, -1],
    ['a yen less was paid to the shop', { shopPaid: yen(1_499) }, 1],
    ['the kiosk owes more than it took', { kioskCollected: yen(5_001) }, 0],
    ['the books say another card balance', { books: { ...books, cardLiability: yen(3_449) } }, 0],
    ['the books do not sum to zero', { books: { ...books, issuerTotal: signedYen(1) } }, 0],
  ])('fails when %s', (_what, change, difference) => {
    expect(proofOf({ ...figures, ...change })).toMatchObject({ difference, isProved: false });
  });
});

describe('kazasu', () => {
  it.each(Object.keys(PROGRAMS))('%s explains itself with --help', (program) => {
    const { status, stdout } = kazasu(program, '--help');
    expect(status).toBe(0);
    expect(stdout).toContain('Usage: ');
  });

  it('without a program, or with one that does not exist, tells which there are', () => {
    expect(kazasu().stderr).toContain('first-tap');
    const { status, stderr } = kazasu('settle-everything');
    expect(status).not.toBe(0);
    expect(stderr).toContain("unknown command 'settle-everything'");
  });
});

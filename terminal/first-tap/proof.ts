import { differenceYen, formatYen, type SignedYen, subtractYen, sumYen, type Yen } from '#units';
import type { Books } from './head-office.ts';

export interface ProofInput {
  /** Cash that customers handed over at load terminals. */
  readonly cashTaken: Yen;
  /** The balance that the card itself tells. */
  readonly onCard: Yen;
  readonly shopPaid: Yen;
  readonly kioskCollected: Yen;
  readonly commission: Yen;
  readonly books: Books;
}

export interface Proof extends ProofInput {
  /** What came in less where it is: zero, or a yen was lost (positive) or made (negative). */
  readonly difference: SignedYen;
  readonly isProved: boolean;
}

/** Compares what came in with where it is, from sources that do not know of each other. */
export function proofOf(input: ProofInput): Proof {
  const { cashTaken, onCard, shopPaid, kioskCollected, commission, books } = input;
  const difference = differenceYen(
    cashTaken,
    sumYen([onCard, shopPaid, commission, books.feeIncome]),
  );
  const isProved =
    difference === 0 &&
    kioskCollected === cashTaken &&
    books.cardLiability === onCard &&
    books.issuerTotal === 0 &&
    books.carrierTotal === 0;
  return { ...input, difference, isProved };
}

export function proofText(proof: Proof): readonly string[] {
  const { cashTaken, onCard, shopPaid, commission, books } = proof;
  const row = (label: string, amount: Yen | SignedYen): string =>
    `${label.padEnd(44)}${formatYen(amount).padStart(12)}`;
  const spent = subtractYen(cashTaken, onCard);
  return [
    row('cash taken for loads, collected from the kiosk', cashTaken),
    row('= on the card, as the card tells', onCard),
    row('+ paid to the shop', shopPaid),
    row("+ the carrier's commission", commission),
    row("+ the issuer's fee income", books.feeIncome),
    row('  difference', proof.difference),
    '',
    row('the issuer owes cards, as its books tell', books.cardLiability),
    row("sum of the issuer's books", books.issuerTotal),
    row("sum of the carrier's books", books.carrierTotal),
    '',
    proof.isProved
      ? `No yen was lost and none was made: ${formatYen(spent)} spent, each of them accounted for.`
      : 'THE FIGURES DO NOT ADD UP.',
  ];
}

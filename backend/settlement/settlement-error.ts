/** `SETTLEMENT_ADVICE_REFUSED`: the carrier's books say something else than the issuer's advice. */
export class SettlementError extends Error {
  readonly code = 'SETTLEMENT_ADVICE_REFUSED';

  constructor(message: string) {
    super(message);
    this.name = 'SettlementError';
  }
}

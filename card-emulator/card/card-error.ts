/** A personalisation that no card can have. `field` is the path of the entry that is wrong. */
export class CardStructureError extends RangeError {
  readonly code = 'CARD_STRUCTURE_INVALID';
  readonly field: string;
  /** The message without the field. */
  readonly expectation: string;

  constructor(field: string, expectation: string) {
    super(`${field}: ${expectation}`);
    this.name = 'CardStructureError';
    this.field = field;
    this.expectation = expectation;
  }
}

/** A text that is no card image, or the image of no possible card. It is never shown: it has keys. */
export class CardImageError extends Error {
  readonly code = 'CARD_IMAGE_INVALID';
  readonly field: string;

  constructor(expectation: string, options: ErrorOptions & { readonly field: string }) {
    const { field } = options;
    super(`card image ${field}: ${expectation}`, options);
    this.name = 'CardImageError';
    this.field = field;
  }
}

/** What the person at the command line can mend; the message says how. */
export class CommandError extends Error {
  readonly code = 'CARD_COMMAND_REFUSED';

  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'CommandError';
  }
}

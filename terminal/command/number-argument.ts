import { InvalidArgumentError } from 'commander';

/** Commander's parser of a whole number from 1, of at most ten digits. */
export function wholeNumber(text: string): number {
  const value = Number(text);
  if (/^\d{1,10}$/.test(text) && value > 0) return value;
  throw new InvalidArgumentError('expected a whole number from 1');
}

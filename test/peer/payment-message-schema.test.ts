import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { creditTransferMessage } from '../../backend/settlement/bank/credit-transfer-message.ts';
import { EXAMPLE_INSTRUCTION } from '../backend/settlement/bank/instruction-example.ts';

/** The parts of pain.001.001.03 that are written here; it is not the official schema. */
const SCHEMA = fileURLToPath(new URL('../vectors/credit-transfer-used-parts.xsd', import.meta.url));
const IS_INSTALLED = spawnSync('xmllint', ['--version']).error === undefined;
const IS_REQUIRED = process.env['KAZASU_REQUIRE_XMLLINT'] === '1';

it.runIf(IS_REQUIRED)('xmllint is installed where KAZASU_REQUIRE_XMLLINT=1 says so', () => {
  expect(IS_INSTALLED).toBe(true);
});

describe.skipIf(!IS_INSTALLED)('xmllint, of Debian package libxml2-utils', () => {
  const message = creditTransferMessage(EXAMPLE_INSTRUCTION);

  it('takes the message as valid by the schema of the parts it has', () => {
    expect(verdictOn(message)).toMatchObject({ status: 0, stderr: '- validates\n' });
  });

  it.each([
    ['an element that is not there', '<PmtMtd>', '<Colour/><PmtMtd>'],
    ['an amount below a yen', '>968000<', '>968000.5<'],
    ['a day that does not exist', '2026-11-25', '2026-02-30'],
    ['an id of 36 letters', '>KZ-1-1001<', `>${'A'.repeat(36)}<`],
    ['elements in another order', /(<MsgId>.*<\/MsgId>)(<CreDtTm>.*<\/CreDtTm>)/, '$2$1'],
  ])('finds %s', (_, from, to) => {
    const broken = message.replace(from, to);
    expect(broken).not.toBe(message);
    expect(verdictOn(broken).status).toBe(3);
  });
});

function verdictOn(input: string): { readonly status: number | null; readonly stderr: string } {
  const options = ['--noout', '--nonet', '--schema', SCHEMA, '-'];
  const { status, stderr } = spawnSync('xmllint', options, { input, encoding: 'utf8' });
  return { status, stderr };
}

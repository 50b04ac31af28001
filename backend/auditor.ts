import {
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
} from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { Command } from 'commander';
import { type BusinessDate, businessDateOf, epochMs } from '#units';
import { DATE } from './argument.ts';
import type { AuditFinding } from './audit/audit-finding.ts';
import { type AuditResult, auditIssuer } from './audit/audit-issuer.ts';
import {
  BATCH_INCLUSION,
  type BatchInclusion,
  dayOf,
  figuresOf,
  inclusionOf,
  isBatchIncluded,
  isProofAuthentic,
  signProof,
} from './audit/daily-proof.ts';
import {
  AuditError,
  previousProof,
  proofPath,
  publishedProof,
  readProof,
  requireSameDay,
} from './audit/proof-folder.ts';
import { hashOf } from './batch/batch.ts';
import { failureText } from './command/failure-text.ts';
import { argument, keystoreAccess, print, wallClock } from './command/folder-command.ts';
import { backendFolder, readBytes, readText, writeNewFile } from './config.ts';
import { ISSUER_SCHEMA } from './database/issuer-schema.ts';
import { readSnapshot } from './database/read-snapshot.ts';
import { databasePlaces } from './database-place.ts';
import { openKeystore } from './open-keystore.ts';
import { type Outcome, refusedOutcome } from './outcome-text.ts';

const EXIT_FAILED = 1;
const EXIT_USAGE = 2;
const EXIT_FINDINGS = 3;
const FINDINGS_SHOWN = 20;

interface JsonOption {
  readonly json?: true;
}

interface RunOptions extends JsonOption {
  readonly data: string;
  readonly out: string;
  readonly key: string;
  readonly date?: BusinessDate;
  readonly withoutKeys?: true;
}

/** `kazasu audit …`: reads what the issuer has, and never writes there. */
function auditCommand(): Command {
  const command = new Command('kazasu audit').description(
    'The auditor: computes books and cards anew from the raw batches, and publishes signed daily proofs',
  );
  command.exitOverride(({ exitCode }) => process.exit(exitCode === 0 ? 0 : EXIT_USAGE));
  add(command, 'init', "make the auditor's key")
    .requiredOption('--key <file>', 'the private key to make; the public one goes beside it, .pub')
    .action((options: JsonOption & { readonly key: string }) => {
      finish(options, initialise(options.key));
    });
  add(command, 'run', 'audit everything, and publish the proof of a day that is over')
    .requiredOption('--data <folder>', "the issuer's data directory; it is only read")
    .requiredOption('--out <folder>', 'where the proofs are published')
    .requiredOption('--key <file>', "the auditor's private key")
    .option('--date <date>', 'the day; yesterday in Japan if absent', argument(DATE))
    .option(
      '--without-keys',
      "do not open the issuer's keys: certificates of cards are not computed",
    )
    .addHelpText(
      'after',
      '\nExit status: 0 all agrees, 3 findings or an unlike day, 1 failed, 2 wrong usage.',
    )
    .action(async (options: RunOptions) => finish(options, await audit(options)));
  add(command, 'prove', 'write where a batch stands in the day on which it came')
    .requiredOption('--data <folder>', "the issuer's data directory; it is only read")
    .requiredOption('--batch <file>', 'the batch, as the terminal wrote it')
    .requiredOption('--out <file>', 'the file to make')
    .action(async (options: JsonOption & { data: string; batch: string; out: string }) =>
      finish(options, await prove(options)),
    );
  add(command, 'verify', 'whether a batch is in a published day; it needs no issuer')
    .requiredOption('--proof <file>', 'the published proof of the day')
    .requiredOption('--public-key <file>', "the auditor's public key")
    .requiredOption('--inclusion <file>', 'what `prove` wrote')
    .requiredOption('--batch <file>', 'the batch, as the terminal wrote it')
    .addHelpText('after', '\nExit status: 0 it is, 3 it is not, 1 failed, 2 wrong usage.')
    .action((options: JsonOption & VerifyOptions) => finish(options, verifyBatch(options)));
  return command;
}

function add(command: Command, name: string, description: string): Command {
  return command
    .command(name)
    .description(description)
    .option('--json', 'print one JSON line')
    .copyInheritedSettings(command);
}

function initialise(path: string): Outcome {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519');
  writeNewFile(path, privateKey.export({ type: 'pkcs8', format: 'pem' }));
  writeNewFile(`${path}.pub`, publicKey.export({ type: 'spki', format: 'pem' }));
  return {
    json: { result: 'made', key: path, publicKey: `${path}.pub` },
    lines: [`The auditor's key is ${path}. Publish ${path}.pub: proofs are checked with it.`],
  };
}

async function audit(options: RunOptions): Promise<Outcome> {
  const folder = backendFolder(options.data);
  const privateKey = keyAt(options.key, createPrivateKey);
  const date = options.date ?? yesterday();
  requireOver(date);
  // Before the audit, which may take an hour: what is published already may leave no place for this day.
  const path = proofPath(options.out, date);
  const published = publishedProof(options.out, date);
  if (published !== undefined) requireAuthentic(path, published, privateKey);
  const previous = published === undefined ? previousProof(options.out, date) : '';
  const keystore =
    options.withoutKeys === true ? undefined : await openKeystore(folder, keystoreAccess());
  const masterOf = keystore && ((version: number) => keystore.certificateMaster(version));
  const onProgress = (count: number): void => {
    if (options.json !== true) process.stderr.write(`${count} batches\n`);
  };
  const { result, figures } = await readSnapshot(
    databasePlaces(folder).issuer,
    ISSUER_SCHEMA,
    async (reader) => ({
      result: await auditIssuer(reader, { masterOf, onProgress }),
      figures: await figuresOf(reader, date),
    }),
  ).finally(() => keystore?.erase());
  if (published !== undefined) {
    requireSameDay(published.proof, figures);
    return auditOutcome(result, { date, path, word: 'is what was published before' });
  }
  const proof = {
    format: 'kazasu-audit-proof-1',
    date,
    ...figures,
    previousProof: previous,
    findingCount: result.findingCount,
  } as const;
  mkdirSync(options.out, { recursive: true });
  writeNewFile(path, `${JSON.stringify(signProof(proof, privateKey), null, 2)}\n`);
  return auditOutcome(result, { date, path, word: 'is published' });
}

function auditOutcome(
  result: AuditResult,
  { date, path, word }: { readonly date: string; readonly path: string; readonly word: string },
): Outcome {
  const { batchCount, recordCount, transferCount, otherTransfers, findings, findingCount } = result;
  const others = Object.entries(otherTransfers).map(([kind, count]) => `${count} ${kind}`);
  const more = findingCount - Math.min(findings.length, FINDINGS_SHOWN);
  return {
    json: { ...result, date, proof: path },
    lines: [
      `${batchCount} batches with ${recordCount} records, ${transferCount} transfers read.`,
      ...(others.length === 0
        ? []
        : [`Only summed, for no batch is their cause: ${others.join(', ')}.`]),
      ...(result.certificatesChecked ? [] : ['Without keys: no certificate was computed.']),
      findingCount === 0 ? 'All agrees.' : `${findingCount} findings:`,
      ...findings.slice(0, FINDINGS_SHOWN).map(lineOf),
      ...(more > 0 ? [`and ${more} more: --json shows them`] : []),
      `The proof of ${date} ${word}: ${path}`,
    ],
    exitCode: findingCount === 0 ? 0 : EXIT_FINDINGS,
  };
}

function lineOf({ code, place, expected, found }: AuditFinding): string {
  return `  ${code}  ${place}: expected ${expected}, found ${found}`;
}

async function prove(options: {
  readonly data: string;
  readonly batch: string;
  readonly out: string;
}): Promise<Outcome> {
  const hash = hashOf(readBytes(options.batch, 'it is the batch of the terminal'));
  const { issuer } = databasePlaces(backendFolder(options.data));
  const inclusion = await readSnapshot(issuer, ISSUER_SCHEMA, (reader) =>
    inclusionOf(reader, hash),
  );
  if (inclusion === undefined) {
    const detail = 'the issuer has no such batch';
    return refusedOutcome({ reason: 'AUDIT_BATCH_UNKNOWN', detail });
  }
  writeNewFile(options.out, `${JSON.stringify(inclusion, null, 2)}\n`);
  const { date, index, leafCount } = inclusion;
  return {
    json: { ...inclusion },
    lines: [`It came on ${date}, as number ${index + 1} of ${leafCount}: ${options.out}`],
  };
}

interface VerifyOptions {
  readonly proof: string;
  readonly publicKey: string;
  readonly inclusion: string;
  readonly batch: string;
}

function verifyBatch(options: VerifyOptions): Outcome {
  const signed = readProof(options.proof);
  requireAuthentic(options.proof, signed, keyAt(options.publicKey, createPublicKey));
  const inclusion = inclusionAt(options.inclusion);
  const batch = readBytes(options.batch, 'it is the batch of the terminal');
  const { date } = signed.proof;
  if (!isBatchIncluded(batch, inclusion, signed.proof)) {
    const detail = `this batch is not proven to be in ${date}`;
    return refusedOutcome({ reason: 'AUDIT_BATCH_NOT_INCLUDED', detail });
  }
  return { json: { result: 'included', date }, lines: [`This batch is in the proof of ${date}.`] };
}

function inclusionAt(path: string): BatchInclusion {
  const text = readText(path, 'it is what `kazasu audit prove` wrote');
  const parsed = BATCH_INCLUSION.safeParse(jsonOf(text));
  if (parsed.success) return parsed.data;
  throw new AuditError('AUDIT_PROOF_INVALID', `${path}: expected what \`prove\` wrote`);
}

function requireAuthentic(
  path: string,
  signed: Parameters<typeof isProofAuthentic>[0],
  key: KeyObject,
): void {
  if (isProofAuthentic(signed, key)) return;
  throw new AuditError('AUDIT_PROOF_INVALID', `${path}: not signed by this auditor`);
}

function requireOver(date: BusinessDate): void {
  if (dayOf(date).end <= wallClock()) return;
  throw new AuditError('AUDIT_DAY_OPEN', `${date} is not over in Japan`);
}

function yesterday(): BusinessDate {
  return businessDateOf(epochMs(wallClock() - 24 * 60 * 60 * 1_000));
}

function keyAt(path: string, parse: (pem: string) => KeyObject): KeyObject {
  const pem = readText(path, 'make it with `kazasu audit init`');
  try {
    const key = parse(pem);
    if (key.asymmetricKeyType === 'ed25519') return key;
  } catch {
    // What is in the file is not shown.
  }
  throw new AuditError('AUDIT_PROOF_INVALID', `${path}: expected an Ed25519 key in PEM`);
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function finish(options: JsonOption, outcome: Outcome): void {
  print({ data: '', ...options }, outcome);
}

try {
  await auditCommand().parseAsync();
} catch (error) {
  process.stderr.write(`${failureText(error)}\n`);
  const isUnlike = error instanceof AuditError && error.code === 'AUDIT_PROOF_DIFFERS';
  process.exitCode = isUnlike ? EXIT_FINDINGS : EXIT_FAILED;
}

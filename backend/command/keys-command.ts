import type { Command } from 'commander';
import type { EncryptOptions } from '#purse/file-encryption';
import { type BusinessDate, businessDateOf, type EpochMs } from '#units';
import { DATE, wholeFrom } from '../argument.ts';
import { backendFolder } from '../config.ts';
import { SAM_GENERATIONS_MAX } from '../issuer/issue-sam.ts';
import {
  type KeyRetirement,
  readKeyRetirements,
  retiredVersions,
  retireGeneration,
} from '../issuer/key-retirement.ts';
import type { Keystore } from '../issuer/keystore.ts';
import { KeystoreError } from '../issuer/keystore-error.ts';
import { newSecretOf, SecretFileError, type SecretFileOptions } from '../issuer/secret-file.ts';
import type { Backend } from '../open-backend.ts';
import { changeKeystore, type KeystoreSecret } from '../open-keystore.ts';
import { type Outcome, registrationOutcome } from '../outcome-text.ts';
import {
  argument,
  type FolderOption,
  folderCommand,
  keystoreAccess,
  print,
  run,
  unpredictable,
  wallClock,
} from './folder-command.ts';

/** How a change of the keystore gets at it, and what it encrypts with. */
export interface KeysContext extends Omit<EncryptOptions, 'secret'> {
  readonly secret: KeystoreSecret;
}

interface EncryptCommandOptions extends FolderOption, SecretFileOptions {}

interface RetireOptions extends FolderOption {
  readonly generation: number;
  readonly lastDay: BusinessDate;
}

const KEY_VERSION_MAX = 0xff;

/** `kazasu backend keys …`: what the issuer does with its keys. None of it ever prints one. */
export function addKeysCommand(parent: Command): void {
  const keys = parent
    .command('keys')
    .description('the key generations of the issuer, and their encryption')
    .copyInheritedSettings(parent);
  folderCommand(keys, 'list', 'which key generations there are; never a key').action(
    (options: FolderOption) => run(options, (backend) => listGenerations(backend, wallClock())),
  );
  folderCommand(
    keys,
    'new',
    'make a key generation: cards and SAMs issued from now on have it',
  ).action((options: FolderOption) =>
    run(options, (backend) => makeGeneration(backend, options, context(), wallClock())),
  );
  folderCommand(keys, 'retire', 'decide on which day an old generation ends')
    .requiredOption(
      '--generation <number>',
      'the generation',
      argument(wholeFrom(1, KEY_VERSION_MAX)),
    )
    .requiredOption('--last-day <date>', 'records of later days are not paid', argument(DATE))
    .action(({ generation: keyVersion, lastDay, ...options }: RetireOptions) =>
      run(options, (backend) => retire(backend, { keyVersion, lastDay }, wallClock())),
    );
  folderCommand(keys, 'encrypt', 'encrypt issuer-keys.json, or encrypt it anew')
    .option('--passphrase-file <file>', 'with the passphrase in this file')
    .option('--key-file <file>', 'with this key file, made if it is not there')
    .action(async (options: EncryptCommandOptions) =>
      print(options, await encryptKeys(options, context())),
    );
}

export async function listGenerations(
  { database, keystore }: Backend,
  now: EpochMs,
): Promise<Outcome> {
  const retirements = await readKeyRetirements(database);
  const generations = keystore.generations.map(({ keyVersion }) => ({
    keyVersion,
    isInUse: keyVersion === keystore.keyVersion,
    lastDay: retirements.get(keyVersion) ?? null,
  }));
  const today = businessDateOf(now);
  return {
    json: { issuerId: keystore.issuerId, generations },
    lines: generations.map(({ keyVersion, isInUse, lastDay }) => {
      if (isInUse) return `Generation ${keyVersion}: cards and SAMs are issued with it.`;
      if (lastDay === null) return `Generation ${keyVersion}: on older cards.`;
      const word = lastDay < today ? 'ended on' : 'on older cards, ends on';
      return `Generation ${keyVersion}: ${word} ${lastDay}.`;
    }),
  };
}

/** Rejects with {@link KeystoreError}, and as `changeKeystore` does. */
export async function makeGeneration(
  { database }: Backend,
  { data }: FolderOption,
  { secret: keystoreSecret, ...encryption }: KeysContext,
  now: EpochMs,
): Promise<Outcome> {
  const retired = retiredVersions(await readKeyRetirements(database), now);
  let keyVersion = 0;
  await changeKeystore(backendFolder(data), keystoreSecret, {
    change: ({ keystore, secret }) => {
      requireRoom(keystore, retired);
      const next = keystore.withNewGeneration(encryption.random);
      keyVersion = next.keyVersion;
      return { keystore: next, secret };
    },
    ...encryption,
  });
  return {
    json: { result: 'made', keyVersion },
    lines: [
      `Generation ${keyVersion} is made: cards and SAMs issued from now on have it.`,
      'Restart `kazasu backend serve`, and back up the keys before a card is issued.',
      'Terminals know cards of it once they have a SAM that is issued from now on.',
    ],
  };
}

/** A generation that no SAM holds any more while it is not over would be cards that nobody serves. */
function requireRoom({ keyVersion, generations }: Keystore, retired: ReadonlySet<number>): void {
  const served = generations.filter((known) => !retired.has(known.keyVersion));
  if (served.length < SAM_GENERATIONS_MAX && keyVersion < KEY_VERSION_MAX) return;
  const message =
    keyVersion < KEY_VERSION_MAX
      ? `a SAM holds ${SAM_GENERATIONS_MAX} generations: retire the oldest first`
      : `a card can name ${KEY_VERSION_MAX} generations, and all are used`;
  throw new KeystoreError('KEYSTORE_GENERATIONS_FULL', message);
}

export async function retire(
  { database, keystore }: Backend,
  retirement: KeyRetirement,
  now: EpochMs,
): Promise<Outcome> {
  const registration = await retireGeneration(database, keystore, retirement, now);
  const { keyVersion, lastDay } = retirement;
  const what = `generation ${keyVersion} ends on ${lastDay}, sales of later days are not paid`;
  return registrationOutcome(registration, what, { ...retirement });
}

/** Encrypts the keystore with another secret; the old one, if there is any, must open it. */
export async function encryptKeys(
  options: EncryptCommandOptions,
  { secret: oldSecret, random, ...cost }: KeysContext,
): Promise<Outcome> {
  const secret = newSecretOf(options, 'KEYSTORE_SECRET_INVALID', random);
  if (secret === undefined) {
    throw new SecretFileError('KEYSTORE_SECRET_MISSING', 'give --passphrase-file or --key-file');
  }
  const folder = backendFolder(options.data);
  await changeKeystore(folder, oldSecret, {
    change: ({ keystore }) => ({ keystore, secret }),
    random,
    ...cost,
  });
  return {
    json: { result: 'encrypted', by: secret.by },
    lines: [
      `${folder.keystorePath} is encrypted, unlocked by a ${secret.by}.`,
      'A plain copy may be left in backups and in freed blocks of the disk: destroy those.',
    ],
  };
}

function context(): KeysContext {
  return { secret: keystoreAccess().secret, random: unpredictable };
}

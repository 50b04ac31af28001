import { randomBytes } from 'node:crypto';
import type { Command } from 'commander';
import type { FileSecret } from '#purse/file-encryption';
import { environment, readText, type TerminalFolder, terminalFolder } from '../config.ts';
import { makeDurably } from '../durable-file.ts';
import { encryptSamFile, newOrOldKeyFile } from '../sam/encrypt-sam.ts';
import { importSam } from '../sam/import-sam.ts';
import { openToken, openTokenSam, samKeysIn } from '../sam/open-sam.ts';
import { terminalPrompt } from '../sam/passphrase-prompt.ts';
import { SamError } from '../sam/sam-error.ts';
import { eraseSamKeys, parseSamFile, publicPartOf, type SamFile } from '../sam/sam-file.ts';
import {
  environmentSecrets,
  readTextSecret,
  requireStrongPassphrase,
  secretOfText,
} from '../sam/sam-secret.ts';
import { fileSamMemory, type SamMemory } from '../sam/sam-state.ts';
import { clearLock } from '../sam/unlock-guard.ts';
import { type FolderOption, folderCommand, print } from './folder-command.ts';

export interface EncryptOptions extends FolderOption {
  readonly passphraseFile?: string;
  readonly keyFile?: string;
}

export interface ImportOptions extends FolderOption {
  readonly library: string;
  readonly token: string;
  readonly out: string;
}

const TEXT_BY_FORM = {
  plain: 'Its keys are in a file that is not encrypted.',
  passphrase: 'Its keys are in a file that a passphrase unlocks.',
  'key-file': 'Its keys are in a file that a key file unlocks.',
  token: 'Its keys are in a token that a PIN unlocks.',
} as const;

const REMEDY = 'put the SAM file there that the issuer made for you';

/** Adds `sam …` to `kazasu terminal`: what a technician does with the file of keys. */
export function addSamCommand(parent: Command): void {
  const command = parent
    .command('sam')
    .description('encrypt or unlock the SAM, or put its keys into a token')
    .copyInheritedSettings(parent);
  folderCommand(command, 'encrypt', 'encrypt sam.json, or encrypt it anew')
    .option('--passphrase-file <file>', 'the new passphrase; asked for if absent')
    .option('--key-file <file>', 'the new key file, made if it is not there')
    .action(encrypt);
  folderCommand(command, 'import-pkcs11', 'put the keys of sam.json into a PKCS#11 token')
    .requiredOption('--library <file>', "the token's PKCS#11 library")
    .requiredOption('--token <label>', 'the label of the token')
    .requiredOption('--out <file>', 'the new SAM file to make; it holds no keys')
    .action(importToken);
  folderCommand(command, 'status', 'what the SAM is and whether it is locked').action(status);
  folderCommand(command, 'unlock', 'take back the lock after misuse, with the right secret').action(
    unlock,
  );
}

async function encrypt(options: EncryptOptions): Promise<void> {
  const { folder, file, memory } = samIn(options);
  const keys = await samKeysIn(file, secretsNow(), memory);
  const secret = await newSecret(options);
  await encryptSamFile(folder.samPath, keys, { secret, random: unpredictable });
  eraseSamKeys(keys);
  print(options, { result: 'encrypted', samId: keys.samId, by: secret.by }, [
    `SAM ${keys.samId} is encrypted in ${folder.samPath}, unlocked by a ${secret.by}.`,
    'A plain copy may be left in backups and in freed blocks of the disk: destroy those.',
  ]);
}

async function importToken(options: ImportOptions): Promise<void> {
  const { folder, file, memory } = samIn(options);
  const secrets = secretsNow();
  const keys = await samKeysIn(file, secrets, memory);
  const place = { library: options.library, label: options.token };
  const token = await openToken(place, secrets, memory);
  try {
    // The file's place is taken first: keys in a token that no file stands for cannot be used.
    makeDurably(options.out, () => importSam(keys, token, place));
  } finally {
    eraseSamKeys(keys);
    token.close();
  }
  print(options, { result: 'imported', samId: keys.samId, out: options.out }, [
    `The keys of SAM ${keys.samId} are in token ${options.token}.`,
    `Put ${options.out} in the place of ${folder.samPath}, and destroy that file and its copies.`,
  ]);
}

function status(options: FolderOption): Promise<void> {
  const { file, memory } = samIn(options);
  const { kind, samId, issuerId, keyVersion, ceilings } = publicPartOf(file);
  const { failedUnlocks, failedCards, lockedBy } = memory.read();
  const form = file.form === 'encrypted' ? file.envelope.unlock.by : file.form;
  print(
    options,
    {
      ...{ kind, samId, issuerId, keyVersion, form },
      ceilings: ceilings ?? null,
      ...{ failedUnlocks, failedCards, lockedBy: lockedBy ?? null },
    },
    [
      `SAM ${samId} (${kind}) of issuer ${issuerId}, key version ${keyVersion}`,
      TEXT_BY_FORM[form],
      lockedBy === undefined
        ? `Not locked: ${failedUnlocks} wrong passphrases, ${failedCards} strange cards in a row.`
        : `LOCKED by too many ${lockedBy === 'cards' ? 'strange cards' : 'wrong passphrases'}.`,
    ],
  );
  return Promise.resolve();
}

async function unlock(options: FolderOption): Promise<void> {
  const { file, memory } = samIn(options);
  const { samId } = publicPartOf(file);
  await clearLock(memory, async (trial) => {
    if (file.form === 'token') await (await openTokenSam(file.file, secretsNow(), trial)).close();
    else eraseSamKeys(await samKeysIn(file, secretsNow(), trial));
  });
  print(options, { result: 'unlocked', samId }, [`SAM ${samId} is unlocked.`]);
}

function samIn({ data }: FolderOption): {
  readonly folder: TerminalFolder;
  readonly file: SamFile;
  readonly memory: SamMemory;
} {
  const folder = terminalFolder(data);
  const file = parseSamFile(readText(folder.samPath, REMEDY));
  return { folder, file, memory: fileSamMemory(folder.samStatePath, publicPartOf(file).samId) };
}

async function newSecret({ passphraseFile, keyFile }: EncryptOptions): Promise<FileSecret> {
  if (keyFile !== undefined) {
    return { by: 'key-file', bytes: newOrOldKeyFile(keyFile, unpredictable) };
  }
  const bytes =
    passphraseFile === undefined ? await typedPassphrase() : readTextSecret(passphraseFile);
  return { by: 'passphrase', bytes: requireStrongPassphrase(bytes) };
}

/** Typed twice: what nobody can type again is lost with its keys. */
async function typedPassphrase(): Promise<Uint8Array> {
  const prompt = terminalPrompt();
  if (prompt === undefined) {
    throw new SamError('SAM_SECRET_MISSING', 'give --passphrase-file or --key-file');
  }
  const first = await prompt('New passphrase: ');
  if (first !== (await prompt('The same again: '))) {
    throw new SamError('SAM_SECRET_INVALID', 'the two passphrases differ; nothing was changed');
  }
  return secretOfText(first);
}

function secretsNow(): ReturnType<typeof environmentSecrets> {
  return environmentSecrets(environment(), terminalPrompt());
}

function unpredictable(byteCount: number): Uint8Array {
  return Uint8Array.from(randomBytes(byteCount));
}

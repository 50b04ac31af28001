import type { Command } from 'commander';
import type { EncryptOptions } from '#purse/file-encryption';
import { backendFolder } from '../config.ts';
import { newSecretOf, SecretFileError, type SecretFileOptions } from '../issuer/secret-file.ts';
import { changeKeystore, type KeystoreSecret } from '../open-keystore.ts';
import type { Outcome } from '../outcome-text.ts';
import {
  type FolderOption,
  folderCommand,
  keystoreAccess,
  print,
  unpredictable,
} from './folder-command.ts';

/** How a change of the keystore gets at it, and what it encrypts with. */
export interface KeysContext extends Omit<EncryptOptions, 'secret'> {
  readonly secret: KeystoreSecret;
}

interface EncryptCommandOptions extends FolderOption, SecretFileOptions {}

/** `kazasu backend keys …`: what the issuer does with its keys. None of it ever prints one. */
export function addKeysCommand(parent: Command): void {
  const keys = parent
    .command('keys')
    .description("the issuer's keys")
    .copyInheritedSettings(parent);
  folderCommand(keys, 'encrypt', 'encrypt issuer-keys.json, or encrypt it anew')
    .option('--passphrase-file <file>', 'with the passphrase in this file')
    .option('--key-file <file>', 'with this key file, made if it is not there')
    .action(async (options: EncryptCommandOptions) =>
      print(options, await encryptKeys(options, context())),
    );
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

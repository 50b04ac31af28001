import { renameSync } from 'node:fs';
import { dirname } from 'node:path';
import { discardNewFile, fillNewFile, isThere, openNewFile, syncFolder } from '../new-file.ts';
import { KeystoreError } from './keystore-error.ts';

/**
 * The file that becomes the keystore. While it is there, nobody else makes or changes the keys: two
 * commands at once would each write keys that the other does not have.
 */
export class NewKeystoreFile {
  readonly #keystorePath: string;
  readonly #path: string;
  readonly #file: number;

  private constructor(keystorePath: string, path: string, file: number) {
    this.#keystorePath = keystorePath;
    this.#path = path;
    this.#file = file;
  }

  /** Throws {@link KeystoreError} `KEYSTORE_BUSY` while another one is there. */
  static open(keystorePath: string): NewKeystoreFile {
    const path = `${keystorePath}.new`;
    try {
      return new NewKeystoreFile(keystorePath, path, openNewFile(path));
    } catch (cause) {
      if (isThere(cause)) throw busy(path, cause);
      throw cause;
    }
  }

  /** Puts `text` durably in the place of the keystore. Where the disk refuses, the old one stays. */
  replaceWith(text: string): void {
    fillNewFile(this.#file, this.#path, text);
    renameSync(this.#path, this.#keystorePath);
    syncFolder(dirname(this.#path));
  }

  /** Instead of {@link replaceWith}: leaves the keystore as it is. */
  discard(): void {
    discardNewFile(this.#file, this.#path);
  }
}

function busy(path: string, cause: unknown): KeystoreError {
  const message =
    `${path}: is there; another command is making or changing the keys, or one was interrupted: ` +
    'if none is running, delete this file, whose keys nobody uses';
  return new KeystoreError('KEYSTORE_BUSY', message, { cause });
}

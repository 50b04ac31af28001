import { open, readFile, rename } from 'node:fs/promises';
import { dirname } from 'node:path';

/** An image holds the card's keys, so nobody else may read it. */
const IMAGE_FILE_MODE = 0o600;

export function readImage(path: string): Promise<string> {
  return readFile(path, 'utf8');
}

/** Rejects with `EEXIST` where there is a file: the card in it would be gone with its money. */
export async function createImage(path: string, text: string): Promise<void> {
  await writeDurably(path, text, 'wx');
}

/** The file holds the old text or the new one, whenever the machine stops. */
export async function replaceImage(path: string, text: string): Promise<void> {
  const newPath = `${path}.new`;
  await writeDurably(newPath, text, 'w');
  await rename(newPath, path);
  const folder = await open(dirname(path), 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

async function writeDurably(path: string, text: string, flags: 'w' | 'wx'): Promise<void> {
  const file = await open(path, flags, IMAGE_FILE_MODE);
  try {
    await file.writeFile(text);
    await file.sync();
  } finally {
    await file.close();
  }
}

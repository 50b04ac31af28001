import { mkdir, readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { z } from 'zod';
import { parseJson } from '../json-text.ts';
import { createImage, replaceImage } from '../link/image-file.ts';

/** The folder of one phone. Everything in it is its owner's secret. */
export interface HandsetFolder {
  readonly statePath: string;
  readonly tokenPath: string;
  /** The card in the phone. */
  readonly cardPath: string;
}

export interface HandsetState {
  readonly carrierUrl: string;
  readonly isLocked: boolean;
  /** Of the carrier's last order that this phone did: it does no older one. */
  readonly lastOrderId: number;
}

/** `HANDSET_INVALID`: the message names the file, and what to do. */
export class HandsetError extends Error {
  readonly code: 'HANDSET_INVALID' = 'HANDSET_INVALID';

  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'HandsetError';
  }
}

const STATE: z.ZodType<HandsetState> = z.strictObject({
  carrierUrl: z.url({ protocol: /^https?$/ }),
  isLocked: z.boolean(),
  lastOrderId: z.int().min(0),
});

export function handsetFolder(path: string): HandsetFolder {
  const inside = (name: string): string => join(resolve(path), name);
  return {
    statePath: inside('handset.json'),
    tokenPath: inside('token'),
    cardPath: inside('card.json'),
  };
}

/** Rejects with `EEXIST` where there is a phone already, and with `HandsetError` for no URL. */
export async function createHandsetFolder(
  path: string,
  carrierUrl: string,
): Promise<HandsetFolder> {
  const folder = handsetFolder(path);
  const state = STATE.safeParse({ carrierUrl, isLocked: false, lastOrderId: 0 });
  if (!state.success) {
    throw new HandsetError('the carrier: expected a URL such as http://127.0.0.1:8080');
  }
  await mkdir(resolve(path), { recursive: true, mode: 0o700 });
  await createImage(folder.statePath, textOf(state.data));
  return folder;
}

export async function readHandsetState({ statePath }: HandsetFolder): Promise<HandsetState> {
  const text = await contentOf(statePath, 'make it with `kazasu handset init`');
  const state = STATE.safeParse(parseJson(text));
  if (state.success) return state.data;
  const field = state.error.issues[0]?.path.join('.') ?? '';
  throw new HandsetError(`${statePath}: expected the state of a phone, and ${field} is none`);
}

/** Durable when it resolves. */
export function writeHandsetState(
  { statePath }: HandsetFolder,
  state: HandsetState,
): Promise<void> {
  return replaceImage(statePath, textOf(state));
}

export async function readHandsetToken({ tokenPath }: HandsetFolder): Promise<string> {
  const remedy = 'put the file there that `kazasu backend carrier enrol-handset` made';
  return (await contentOf(tokenPath, remedy)).trim();
}

async function contentOf(path: string, remedy: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (cause) {
    throw new HandsetError(`${path}: cannot be read; ${remedy}`, { cause });
  }
}

function textOf(state: HandsetState): string {
  return `${JSON.stringify(state, null, 2)}\n`;
}

import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  createHandsetFolder,
  handsetFolder,
  readHandsetState,
  readHandsetToken,
  writeHandsetState,
} from '../../../card-emulator/handset/handset-folder.ts';

const URL_OF_CARRIER = 'http://127.0.0.1:8080';

let path: string;
beforeEach(() => {
  path = mkdtempSync(join(tmpdir(), 'kazasu-phone-'));
});
afterEach(() => rmSync(path, { recursive: true }));

describe('the folder of a phone', () => {
  it('keeps its state, readable by its owner only', async () => {
    const folder = await createHandsetFolder(path, URL_OF_CARRIER);
    const state = { carrierUrl: URL_OF_CARRIER, isLocked: false, lastOrderId: 0 };
    expect(await readHandsetState(folder)).toEqual(state);
    await writeHandsetState(folder, { ...state, isLocked: true, lastOrderId: 3 });
    expect(await readHandsetState(folder)).toMatchObject({ isLocked: true, lastOrderId: 3 });
    expect(statSync(folder.statePath).mode & 0o777).toBe(0o600);
    await expect(createHandsetFolder(path, URL_OF_CARRIER)).rejects.toMatchObject({
      code: 'EEXIST',
    });
  });

  it('says what is missing or wrong in it', async () => {
    const folder = handsetFolder(path);
    const invalid = { code: 'HANDSET_INVALID' };
    await expect(readHandsetState(folder)).rejects.toMatchObject(invalid);
    await expect(readHandsetToken(folder)).rejects.toThrow('enrol-handset');
    await expect(createHandsetFolder(path, 'no URL')).rejects.toMatchObject(invalid);
    writeFileSync(folder.statePath, '{"carrierUrl":"http://a","isLocked":1,"lastOrderId":0}');
    await expect(readHandsetState(folder)).rejects.toThrow('isLocked');
    writeFileSync(folder.tokenPath, 'secret\n');
    expect(await readHandsetToken(folder)).toBe('secret');
  });
});

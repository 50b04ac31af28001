import { mkdir, mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openCardImage } from '#emulated-card';
import { SavedCard } from '../../../card-emulator/link/saved-card.ts';
import {
  block,
  countingRandom,
  dataText,
  frame,
  IDM_0,
  testCard,
  toHex,
} from '../card/test-card.ts';

const POLLING = frame('00 ffff 00 00');
const WRITE = frame(`08 ${IDM_0} 01 0900 01 8000 ${dataText(block(0x5e))}`);
const READ = frame(`06 ${IDM_0} 01 0900 01 8000`);
const WRITE_CODE = 0x08;

describe('saved card', () => {
  let folder: string;
  let imagePath: string;
  let tornCount: number;
  let saved: SavedCard;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'kazasu-saved-'));
    imagePath = join(folder, 'card.json');
    tornCount = 0;
    const onTorn = (): void => {
      tornCount += 1;
    };
    saved = new SavedCard({ card: testCard(), imagePath, onTorn });
    saved.powerOn();
  });

  afterEach(() => rm(folder, { recursive: true }));

  async function blockOnDisk(): Promise<string | undefined> {
    const image = await readFile(imagePath, 'utf8');
    const card = openCardImage(image, { random: countingRandom });
    card.powerOn();
    return toHex(card.exchange(READ)?.subarray(-16));
  }

  it('has saved a change before it answers the command', async () => {
    expect(toHex(await saved.exchange(WRITE))).toBe(`0c09${IDM_0}0000`);
    expect(await blockOnDisk()).toBe('5e'.repeat(16));
  });

  it('saves nothing for a command that changes nothing', async () => {
    await saved.exchange(POLLING);
    await expect(stat(imagePath)).rejects.toThrow('ENOENT');
    await saved.exchange(WRITE);
    await rm(imagePath);
    await saved.exchange(WRITE);
    await expect(stat(imagePath)).rejects.toThrow('ENOENT');
  });

  it('saves one change after the other when they come at once', async () => {
    const writes = [1, 2, 3, 4, 5].map((fill) =>
      saved.exchange(frame(`08 ${IDM_0} 01 0900 01 8000 ${dataText(block(fill))}`)),
    );
    await expect(Promise.all(writes)).resolves.not.toContain(undefined);
    expect(await blockOnDisk()).toBe('05'.repeat(16));
  });

  it('saves after a save that failed', async () => {
    await mkdir(imagePath);
    await expect(saved.exchange(WRITE)).rejects.toThrow();
    await rm(imagePath, { recursive: true });
    await saved.save();
    expect(await blockOnDisk()).toBe('5e'.repeat(16));
  });

  it('lets nobody else read the image, and leaves no other file', async () => {
    await saved.exchange(WRITE);
    expect((await stat(imagePath)).mode & 0o777).toBe(0o600);
    await expect(stat(`${imagePath}.new`)).rejects.toThrow('ENOENT');
  });

  it('rejects, and so answers nothing, when the change cannot be saved', async () => {
    const nowhere = join(folder, 'none', 'card.json');
    const lost = new SavedCard({ card: testCard(), imagePath: nowhere, onTorn: () => undefined });
    lost.powerOn();
    await expect(lost.exchange(WRITE)).rejects.toThrow('ENOENT');
  });

  it('never gives the answer it was saving for when the power went, and has saved', async () => {
    const answer = saved.exchange(WRITE);
    saved.powerOff();
    saved.powerOn();
    expect(await answer).toBeUndefined();
    expect(await blockOnDisk()).toBe('5e'.repeat(16));
    expect(await saved.exchange(POLLING)).toBeDefined();
  });

  it('is torn before the write: nothing is saved, and it is silent until the next tap', async () => {
    saved.schedule({ commandCode: WRITE_CODE, moment: 'before-commit' });
    expect(await saved.exchange(POLLING)).toBeDefined();
    expect(await saved.exchange(WRITE)).toBeUndefined();
    expect(tornCount).toBe(1);
    await expect(stat(imagePath)).rejects.toThrow('ENOENT');
    expect(await saved.exchange(POLLING)).toBeUndefined();
    saved.powerOn();
    expect(await saved.exchange(POLLING)).toBeDefined();
  });

  it('is torn after the write: the change is saved, and its answer is lost', async () => {
    saved.schedule({ commandCode: WRITE_CODE, moment: 'after-commit' });
    expect(await saved.exchange(WRITE)).toBeUndefined();
    expect(tornCount).toBe(1);
    expect(await blockOnDisk()).toBe('5e'.repeat(16));
  });
});

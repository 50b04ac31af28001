import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { HotListStore } from '../../../backend/issuer/hotlist-store.ts';

let folder: string;
let store: HotListStore;

beforeEach(() => {
  folder = join(mkdtempSync(join(tmpdir(), 'kazasu-lists-')), 'hotlist');
  store = new HotListStore(folder);
});

afterEach(() => rmSync(join(folder, '..'), { recursive: true }));

const publish = (sequence: number, deltaBytes: number | undefined, listBytes = 1_000): void =>
  store.keep({
    sequence,
    cardCount: 0,
    list: new Uint8Array(listBytes),
    delta: deltaBytes === undefined ? undefined : new Uint8Array(deltaBytes),
  });

describe('the published hot lists', () => {
  it('are none before the first', () => {
    expect(store.catalogue()).toBeUndefined();
    expect(store.nameOf('list', 1)).toBeUndefined();
  });

  it('name the deltas that lead to the newest, as long as they are fewer bytes', () => {
    publish(1, undefined);
    expect(store.catalogue()).toEqual({ sequence: 1, byteCount: 1_000, deltas: [] });
    publish(2, 600);
    publish(3, 300);
    publish(4, 200);
    expect(store.catalogue()).toEqual({
      sequence: 4,
      byteCount: 1_000,
      deltas: [
        { sequence: 3, byteCount: 300 },
        { sequence: 4, byteCount: 200 },
      ],
    });
  });

  it('name no delta behind one that is missing, or that a list has no file for', () => {
    publish(1, undefined);
    publish(2, 10);
    publish(3, undefined);
    publish(4, 10);
    expect(store.catalogue()?.deltas).toEqual([{ sequence: 4, byteCount: 10 }]);
    // A crash came between the delta and its list.
    writeFileSync(join(folder, 'hotlist-5-delta.bin'), 'x');
    writeFileSync(join(folder, 'hotlist-6.bin.new'), 'half');
    expect(store.catalogue()).toMatchObject({ sequence: 4 });
    publish(7, 10);
    expect(store.catalogue()).toMatchObject({ sequence: 7, deltas: [{ sequence: 7 }] });
  });

  it('are not kept for ever', () => {
    for (let sequence = 1; sequence <= 403; sequence += 1) publish(sequence, 1);
    const names = readdirSync(folder);
    expect(names.filter((name) => name.includes('delta'))).toHaveLength(400);
    expect(names.filter((name) => !name.includes('delta'))).toHaveLength(2);
    expect(store.nameOf('list', 401)).toBeUndefined();
    expect(store.nameOf('list', 402)).toBe('hotlist-402.bin');
    expect(store.nameOf('delta', 3)).toBeUndefined();
    expect(store.catalogue()?.deltas).toHaveLength(400);
  });
});

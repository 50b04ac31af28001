import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FRESH_STATE, fileSamMemory } from '../../../terminal/sam/sam-state.ts';

let folder: string;
let path: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'kazasu-state-'));
  path = join(folder, 'sam-state.json');
});
afterEach(() => rmSync(folder, { recursive: true }));

describe('the state of a SAM', () => {
  it('is fresh where there is none, and is kept', () => {
    expect(fileSamMemory(path, 7).read()).toEqual(FRESH_STATE);
    const state = { failedUnlocks: 3, failedCards: 4, lockedBy: 'cards' } as const;
    fileSamMemory(path, 7).write(state);
    expect(fileSamMemory(path, 7).read()).toEqual(state);
    expect(statSync(path).mode & 0o077).toBe(0);
  });

  it("is not another SAM's, and not damaged", () => {
    fileSamMemory(path, 7).write(FRESH_STATE);
    const invalid = expect.objectContaining({ code: 'SAM_STATE_INVALID' });
    expect(() => fileSamMemory(path, 8).read()).toThrow(invalid);
    writeFileSync(path, '{');
    expect(() => fileSamMemory(path, 7).read()).toThrow(invalid);
  });
});

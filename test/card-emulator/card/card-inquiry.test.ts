import { describe, expect, it } from 'vitest';
import { frame, IDM_0, IDM_1, testCard, toHex } from './test-card.ts';

function answerTo(fields: string): string | undefined {
  return toHex(testCard().exchange(frame(fields)));
}

function hexOf(fields: string): string | undefined {
  return toHex(frame(fields));
}

describe('Request Service', () => {
  it('gives the key version of system, area and services, and FFFF for what is not there', () => {
    const nodes = 'ffff 0000 1410 1710 0820';
    const versions = '0300 0300 0300 0300 ffff';
    expect(answerTo(`02 ${IDM_0} 05 ${nodes}`)).toBe(hexOf(`03 ${IDM_0} 05 ${versions}`));
  });

  it.each(['00', '21'])('is silent for %s nodes', (count) => {
    expect(answerTo(`02 ${IDM_0} ${count} ${'1410'.repeat(33)}`)).toBeUndefined();
  });

  it('answers for thirty-two nodes', () => {
    const answer = answerTo(`02 ${IDM_0} 20 ${'1410'.repeat(32)}`);
    expect(answer).toBe(hexOf(`03 ${IDM_0} 20 ${'0300'.repeat(32)}`));
  });
});

describe('Request Response', () => {
  it('gives the mode', () => {
    expect(answerTo(`04 ${IDM_0}`)).toBe(hexOf(`05 ${IDM_0} 00`));
  });
});

describe('Search Service Code', () => {
  it('walks area and services in order and ends with FFFF', () => {
    expect(answerTo(`0a ${IDM_0} 0000`)).toBe(hexOf(`0b ${IDM_0} 0000 feff`));
    expect(answerTo(`0a ${IDM_0} 0100`)).toBe(hexOf(`0b ${IDM_0} 0800`));
    expect(answerTo(`0a ${IDM_0} 1000`)).toBe(hexOf(`0b ${IDM_0} 1710`));
    expect(answerTo(`0a ${IDM_0} 1100`)).toBe(hexOf(`0b ${IDM_0} ffff`));
    expect(answerTo(`0a ${IDM_0} ffff`)).toBe(hexOf(`0b ${IDM_0} ffff`));
  });

  it('is silent without an index', () => {
    expect(answerTo(`0a ${IDM_0} 00`)).toBeUndefined();
  });
});

describe('Request System Code', () => {
  it('gives all systems, System 0 first, to whichever system it is sent', () => {
    expect(answerTo(`0c ${IDM_0}`)).toBe(hexOf(`0d ${IDM_0} 02 4b5a 4aaa`));
    expect(answerTo(`0c ${IDM_1}`)).toBe(hexOf(`0d ${IDM_1} 02 4b5a 4aaa`));
  });
});

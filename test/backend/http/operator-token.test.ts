import type { Request, Response } from 'express';
import { describe, expect, it } from 'vitest';
import { requireOperator } from '../../../backend/http/operator-token.ts';

describe('requireOperator', () => {
  const TOKEN = 'kJ8_long-random-token';
  const ask = (authorization: string | undefined): string => {
    let passed = 'not asked';
    const request = { get: () => authorization } as unknown as Request;
    try {
      requireOperator(TOKEN)(request, {} as Response, () => {
        passed = 'passed';
      });
    } catch (error) {
      passed = String((error as { code?: unknown }).code);
    }
    return passed;
  };

  it.each([`Bearer ${TOKEN}`, `bearer ${TOKEN}`])('lets %s through', (header) => {
    expect(ask(header)).toBe('passed');
  });

  it.each([
    undefined,
    '',
    'Bearer',
    'Bearer ',
    TOKEN,
    `Basic ${TOKEN}`,
    `Bearer ${TOKEN}x`,
    `Bearer ${TOKEN.slice(0, -1)}`,
    `Bearer ${TOKEN.toUpperCase()}`,
    `Bearer ${TOKEN} x`,
  ])('stops %s', (header) => {
    expect(ask(header)).toBe('REQUEST_UNAUTHORIZED');
  });
});

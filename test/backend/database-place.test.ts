import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { backendFolder } from '../../backend/config.ts';
import { databasePlaces, POSTGRES_ADDRESS } from '../../backend/database-place.ts';

const ADDRESS = 'postgresql://kazasu:secret@db.example/money?schema=kazasu';

describe('where the databases are', () => {
  let path: string;
  beforeEach(() => {
    path = mkdtempSync(join(tmpdir(), 'kazasu-'));
    chmodSync(path, 0o700);
  });
  afterEach(() => rmSync(path, { recursive: true }));

  it('is the data directory by default', () => {
    const folder = backendFolder(path);
    const { issuerPath: issuer, carrierPath: carrier } = folder;
    expect(databasePlaces(folder)).toEqual({ issuer, carrier });
  });

  it('is a schema for each party at the address that the directory names', () => {
    const folder = backendFolder(path);
    writeFileSync(folder.databaseAddressPath, `${ADDRESS}\n`);
    expect(databasePlaces(folder)).toEqual({
      issuer: `${ADDRESS}_issuer`,
      carrier: `${ADDRESS}_carrier`,
    });
  });

  it('is not guessed from an address that is none, nor is its password shown', () => {
    const folder = backendFolder(path);
    writeFileSync(folder.databaseAddressPath, 'postgresql://kazasu:secret@db.example/money');
    const refusal = (): unknown => {
      try {
        return databasePlaces(folder);
      } catch (error) {
        return error;
      }
    };
    expect(refusal()).toMatchObject({ code: 'CONFIG_INVALID' });
    expect(String(refusal())).not.toContain('secret');
  });
});

describe('a PostgreSQL address', () => {
  it.each([ADDRESS, 'postgres:///money?host=/run/postgresql&schema=a_1'])('may be %s', (text) => {
    expect(POSTGRES_ADDRESS.parse(text)?.href).toBe(text);
  });

  it.each([
    'kazasu.db',
    'http://db.example/money?schema=kazasu',
    'postgresql://db.example/money',
    'postgresql://db.example/money?schema=Kazasu',
    `postgresql://db.example/money?schema=${'a'.repeat(41)}`,
  ])('may not be %s', (text) => {
    expect(POSTGRES_ADDRESS.parse(text)).toBeUndefined();
  });
});

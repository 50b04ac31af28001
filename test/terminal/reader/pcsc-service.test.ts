import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { probePcscService } from '../../../terminal/reader/pcsc-service.ts';

describe('probe of the PC/SC service', () => {
  let folder: string;
  let server: Server | undefined;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'kazasu-service-'));
  });

  afterEach(async () => {
    server?.close();
    server = undefined;
    await rm(folder, { recursive: true });
  });

  it('finds nothing wrong where somebody accepts', async () => {
    const path = join(folder, 'pcscd.comm');
    server = createServer((socket) => socket.end());
    await new Promise<void>((resolve) => server?.listen(path, resolve));
    expect(await probePcscService(path)).toBeUndefined();
  });

  it('says READER_SERVICE_UNAVAILABLE where there is no socket', async () => {
    expect(await probePcscService(join(folder, 'none'))).toMatchObject({
      code: 'READER_SERVICE_UNAVAILABLE',
      message: expect.stringContaining('ENOENT'),
    });
  });

  it('says READER_SERVICE_UNAVAILABLE where the socket has no service any more', async () => {
    const path = join(folder, 'stale');
    await writeFile(path, '');
    expect(await probePcscService(path)).toMatchObject({ code: 'READER_SERVICE_UNAVAILABLE' });
  });
});

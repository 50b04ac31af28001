import { describe, expect, it } from 'vitest';
import { openPcscReader } from '../../../terminal/reader/pcsc-reader.ts';

describe('PC/SC reader', () => {
  it('rejects with READER_SERVICE_UNAVAILABLE when nobody serves the socket', async () => {
    await expect(
      openPcscReader({ socketPath: '/nonexistent/pcscd.comm', openWaitMs: 1 }),
    ).rejects.toMatchObject({ name: 'ReaderError', code: 'READER_SERVICE_UNAVAILABLE' });
  });
});

import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { decodeBatch } from './batch/batch.ts';
import { syncFolder } from './new-file.ts';
import type { Backend } from './open-backend.ts';
import type { Outcome } from './outcome-text.ts';

const EXIT_REFUSED = 3;

interface ReceivedFile {
  readonly file: string;
  readonly result: 'stored' | 'repeated' | 'refused';
  readonly acknowledgement?: string;
  readonly code?: string;
  readonly message?: string;
}

/**
 * Takes batches that came as files, as the HTTP API takes them, and writes an acknowledgement for
 * each into `out`: what a shop without a network carries home. Doing it again is safe. A file that cannot
 * be read holds up none of the others.
 */
export async function receiveFiles(
  backend: Backend,
  files: readonly string[],
  out: string,
): Promise<Outcome> {
  // Before anything is stored: what cannot be acknowledged is better not taken.
  mkdirSync(out, { recursive: true });
  const received: ReceivedFile[] = [];
  for (const file of files) received.push(await receiveFile(backend, file, out));
  await backend.verifier.verifyPending();
  const isRefused = received.some(({ result }) => result === 'refused');
  return {
    json: { files: received },
    lines: received.map(lineOf),
    exitCode: isRefused ? EXIT_REFUSED : 0,
  };
}

async function receiveFile(
  { receiver }: Backend,
  file: string,
  out: string,
): Promise<ReceivedFile> {
  const bytes = bytesOf(file);
  if (bytes instanceof Error) {
    const code = 'code' in bytes ? String(bytes.code) : bytes.name;
    return { file, result: 'refused', code, message: bytes.message };
  }
  const decoded = decodeBatch(bytes);
  // Bytes that are no batch have no terminal: 0 is none.
  const terminalId = decoded.result === 'decoded' ? decoded.batch.header.terminalId : 0;
  const receipt = await receiver.receiveBatch(terminalId, bytes);
  if (receipt.result === 'refused') {
    return { file, result: 'refused', code: receipt.reason, message: receipt.detail };
  }
  const name = `terminal-${terminalId}-batch-${receipt.batchNumber}.ack`;
  const acknowledgement = join(out, name);
  // Renamed into place: a stick that is pulled out early must not hold half of it.
  writeFileSync(`${acknowledgement}.new`, receipt.acknowledgement, { flush: true });
  renameSync(`${acknowledgement}.new`, acknowledgement);
  syncFolder(out);
  return { file, result: receipt.result, acknowledgement };
}

function bytesOf(file: string): Uint8Array | Error {
  try {
    return Uint8Array.from(readFileSync(file));
  } catch (error) {
    if (error instanceof Error && 'syscall' in error) return error;
    throw error;
  }
}

function lineOf({ file, result, acknowledgement, code, message }: ReceivedFile): string {
  if (result === 'refused') return `${file}: refused, ${code}: ${message}`;
  const word = result === 'stored' ? 'stored' : 'stored before';
  return `${file}: ${word}; take ${acknowledgement} back to the terminal.`;
}

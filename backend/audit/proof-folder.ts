import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type DailyProof, proofHash, SIGNED_PROOF, type SignedProof } from './daily-proof.ts';

/**
 * `AUDIT_PROOF_INVALID`: a file is no proof, or its signature is not the auditor's.
 * `AUDIT_PROOF_DIFFERS`: a day that was published is another one now. `AUDIT_DAY_OPEN`: the day is not over, or a later one was published.
 */
export class AuditError extends Error {
  readonly code: 'AUDIT_PROOF_INVALID' | 'AUDIT_PROOF_DIFFERS' | 'AUDIT_DAY_OPEN';

  constructor(code: AuditError['code'], message: string) {
    super(message);
    this.name = 'AuditError';
    this.code = code;
  }
}

const NAME = /^audit-(\d{4}-\d{2}-\d{2})\.json$/;

export function proofPath(folder: string, date: string): string {
  return join(folder, `audit-${date}.json`);
}

/** Throws {@link AuditError} `AUDIT_PROOF_INVALID`, which names the file. */
export function readProof(path: string): SignedProof {
  const parsed = SIGNED_PROOF.safeParse(jsonOf(path));
  if (parsed.success) return parsed.data;
  throw new AuditError('AUDIT_PROOF_INVALID', `${path}: expected a daily proof`);
}

/** The proof of that day, if it was published. */
export function publishedProof(folder: string, date: string): SignedProof | undefined {
  const path = proofPath(folder, date);
  return existsSync(path) ? readProof(path) : undefined;
}

/**
 * The hash of the last day published before `date`; empty for none. Throws `AUDIT_DAY_OPEN` where a later
 * day was published: the chain of days has one end.
 */
export function previousProof(folder: string, date: string): string {
  const names = existsSync(folder) ? readdirSync(folder) : [];
  const dates = names.map((name) => NAME.exec(name)?.[1] ?? '');
  const last = dates.reduce((latest, each) => (each > latest ? each : latest), '');
  if (last === '') return '';
  if (last < date) return proofHash(readProof(proofPath(folder, last)).proof);
  const message = `${last} was published already, and ${date} was not: no day comes in between`;
  throw new AuditError('AUDIT_DAY_OPEN', message);
}

/** Throws `AUDIT_PROOF_DIFFERS` with the figure that is another one now. */
export function requireSameDay(
  published: DailyProof,
  now: Pick<DailyProof, 'batchCount' | 'batchRoot' | 'balances'>,
): void {
  const figures = ({ batchCount, batchRoot, balances }: typeof now): string[] => [
    `${batchCount} batches`,
    `root ${batchRoot}`,
    ...Object.entries(balances).map(([account, sum]) => `${account} ${sum}`),
  ];
  const [before, after] = [figures(published), figures(now)];
  const differing =
    after.find((figure) => !before.includes(figure)) ??
    before.find((figure) => !after.includes(figure));
  if (differing === undefined) return;
  const message = `${published.date} was published otherwise: ${differing}`;
  throw new AuditError('AUDIT_PROOF_DIFFERS', message);
}

function jsonOf(path: string): unknown {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch {
    return undefined;
  }
}

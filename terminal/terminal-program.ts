import { type EpochMs, epochMs, milliseconds } from '#units';
import { type AcknowledgementImport, importAcknowledgement } from './batch/batch-file.ts';
import { closeBatch } from './batch/close-batch.ts';
import { httpPendingLoads } from './batch/http-pending-load.ts';
import { httpUplink } from './batch/http-uplink.ts';
import { resumingUplink } from './batch/resuming-uplink.ts';
import { issuerPublicKey, terminalPrivateKey } from './batch/terminal-key.ts';
import { type Uplink, type UploadResult, uploadNextBatch } from './batch/upload-batch.ts';
import {
  environment,
  readTerminalConfig,
  readText,
  type TerminalConfig,
  type TerminalFolder,
} from './config.ts';
import type { PendingLoadSource } from './debit/pending-load.ts';
import { outstandingOf, type RefundedSale, refundedSaleOf } from './debit/refund.ts';
import { RenewedHotList } from './hotlist/renewed-hotlist.ts';
import { openDiskFile } from './journal/disk-file.ts';
import { expireIntents } from './journal/expire-intents.ts';
import { Journal, type JournalledBatch } from './journal/journal.ts';
import { keyAt } from './key-file.ts';
import { PurseTerminal } from './purse-terminal.ts';
import type { Reader } from './reader/reader.ts';
import type { GuardedSam } from './sam/guarded-sam.ts';
import { openSam } from './sam/open-sam.ts';
import { terminalPrompt } from './sam/passphrase-prompt.ts';
import { environmentSecrets, type SecretSource } from './sam/sam-secret.ts';

const UPLOAD_TIMEOUT_MS = milliseconds(15_000);
/** A person holds the card meanwhile. */
const PENDING_LOAD_TIMEOUT_MS = milliseconds(5_000);
const TERMINAL_KEY_REMEDY = 'it was made by `kazasu terminal init`';
const ISSUER_KEY_REMEDY = 'put the public key there that the issuer gave you';

/** Everything of one terminal that is open while its program runs. */
export class TerminalProgram {
  readonly config: TerminalConfig;
  readonly sam: GuardedSam;
  readonly journal: Journal;
  readonly #hotList: RenewedHotList;
  readonly #folder: TerminalFolder;
  readonly #now: () => EpochMs;

  private constructor(
    folder: TerminalFolder,
    opened: Pick<TerminalProgram, 'config' | 'sam' | 'journal'> & {
      readonly hotList: RenewedHotList;
    },
    now: () => EpochMs,
  ) {
    this.#folder = folder;
    this.config = opened.config;
    this.sam = opened.sam;
    this.journal = opened.journal;
    this.#hotList = opened.hotList;
    this.#now = now;
  }

  /**
   * Opens config, SAM, hot list and journal. Rejects with `ConfigError`, `SamError`, `HotListError` or
   * `JournalError`. What unlocks the SAM comes from the environment, or from a person, unless `secrets`
   * gives it.
   */
  static async open(
    folder: TerminalFolder,
    now: () => EpochMs,
    secrets: SecretSource = environmentSecrets(environment(), terminalPrompt()),
  ): Promise<TerminalProgram> {
    const config = readTerminalConfig(folder);
    const sam = await openFolderSam(folder, secrets);
    try {
      const hotList = await RenewedHotList.open({ folder, issuerId: sam.issuerId, warn });
      const journal = await Journal.open({
        file: await openDiskFile(folder.journalPath),
        terminalId: config.terminalId,
        sam,
        now,
      });
      sam.countUncollected(journal.uncollected());
      return new TerminalProgram(folder, { config, sam, journal, hotList }, now);
    } catch (error) {
      // A token would stay logged in.
      await sam.close();
      throw error;
    }
  }

  at(reader: Reader): PurseTerminal {
    const { config, sam, journal } = this;
    return new PurseTerminal({
      terminalId: config.terminalId,
      reader,
      sam,
      journal,
      limits: {
        issuerId: sam.issuerId,
        amountMax: config.amountMax,
      },
      now: this.#now,
      hotList: () => this.#hotList.newest(),
      risk: { limits: config.limits, facts: journal },
    });
  }

  /** The issuer, asked for what waits for a card. */
  pendingLoads(): PendingLoadSource {
    const { config } = this;
    return httpPendingLoads({
      issuerUrl: config.issuerUrl,
      terminalId: config.terminalId,
      privateKey: keyAt(this.#folder.privateKeyPath, TERMINAL_KEY_REMEDY, terminalPrivateKey),
      issuerKey: keyAt(this.#folder.issuerKeyPath, ISSUER_KEY_REMEDY, issuerPublicKey),
      now: this.#now,
      timeoutMs: PENDING_LOAD_TIMEOUT_MS,
    });
  }

  /** Sales of which something was asked back that their card was not given yet, oldest first. */
  async pendingRefunds(): Promise<readonly RefundedSale[]> {
    const { journal } = this;
    const sales = journal.refundedSales().map((saleId) => refundedSaleOf(saleId, journal));
    const known = (await Promise.all(sales)).filter((refunded) => refunded !== undefined);
    return known.filter((refunded) => outstandingOf(refunded) > 0);
  }

  /** Closes as many batches as the records since the last close fill. */
  async closeBatches(): Promise<readonly JournalledBatch[]> {
    const { config, sam, journal } = this;
    const privateKey = keyAt(this.#folder.privateKeyPath, TERMINAL_KEY_REMEDY, terminalPrivateKey);
    const closed: JournalledBatch[] = [];
    for (;;) {
      const batch = await closeBatch({
        journal,
        terminalId: config.terminalId,
        merchantId: config.merchantId,
        samId: sam.samId,
        privateKey,
        now: this.#now,
      });
      if (batch === undefined) break;
      closed.push(batch);
    }
    // Not before: what expires is reported to the issuer first, which may still hear of it.
    await expireIntents(journal, this.#now());
    return closed;
  }

  /** Takes the bytes of an acknowledgement that came as a file. */
  async importAcknowledgement(bytes: Uint8Array): Promise<AcknowledgementImport> {
    const { config, sam, journal } = this;
    const { terminalId } = config;
    const issuerKey = keyAt(this.#folder.issuerKeyPath, ISSUER_KEY_REMEDY, issuerPublicKey);
    const imported = await importAcknowledgement({ journal, terminalId, issuerKey }, bytes);
    sam.countUncollected(journal.uncollected());
    return imported;
  }

  /** Uploads in order until nothing is left, or the first batch that the issuer did not take. */
  async upload(): Promise<readonly UploadResult[]> {
    const { config, sam, journal } = this;
    const issuerKey = keyAt(this.#folder.issuerKeyPath, ISSUER_KEY_REMEDY, issuerPublicKey);
    const uplink = uplinkOf(config);
    const results: UploadResult[] = [];
    for (;;) {
      const result = await uploadNextBatch({
        journal,
        uplink,
        terminalId: config.terminalId,
        issuerKey,
      });
      if (result.result === 'nothing-to-upload') return results;
      results.push(result);
      if (result.result === 'acknowledged') sam.countUncollected(journal.uncollected());
      if (result.result !== 'acknowledged') return results;
    }
  }

  async close(): Promise<void> {
    await this.journal.close();
    await this.sam.close();
  }
}

function uplinkOf({ issuerUrl, uploadChunkBytes }: TerminalConfig): Uplink {
  const timeoutMs = UPLOAD_TIMEOUT_MS;
  if (uploadChunkBytes === undefined) return httpUplink(issuerUrl, timeoutMs);
  return resumingUplink({ issuerUrl, chunkBytes: uploadChunkBytes, timeoutMs });
}

function openFolderSam(
  { samPath, samStatePath }: TerminalFolder,
  secrets: SecretSource,
): Promise<GuardedSam> {
  return openSam({
    text: readText(samPath, 'put the SAM file there that the issuer made for you'),
    statePath: samStatePath,
    secrets,
    warn,
  });
}

function warn(line: string): void {
  process.stderr.write(`${line}\n`);
}

export function wallClock(): EpochMs {
  return epochMs(Date.now());
}

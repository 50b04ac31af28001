import { copyFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import type { SamKind } from '#purse/sam-kind';
import { type SignedYen, signedYen, type Yen, yen } from '#units';
import type { TerminalFolder } from '../config.ts';
import { ProgramProcess, runProgram, runProgramText } from './program-process.ts';

const cardAnswer = z.object({ idm: z.string() });
const listeningAnswer = z.object({ url: z.url() });
const settledAnswer = z.object({
  payments: z.array(z.object({ merchantId: z.int(), amount: z.int() })),
  commission: z.int(),
});
const booksAnswer = z.object({
  issuer: z.object({ balances: z.record(z.string(), z.int()), total: z.int() }),
  carrier: z.object({ balances: z.record(z.string(), z.int()), total: z.int() }),
});

export interface Settlement {
  /** Positive: paid to the merchant. Negative: collected from it, for loads it took cash for. */
  readonly payments: ReadonlyMap<number, SignedYen>;
  readonly commission: Yen;
}

export interface Books {
  readonly feeIncome: Yen;
  readonly cardLiability: Yen;
  /** Sums of all accounts; zero if the books are right. */
  readonly issuerTotal: SignedYen;
  readonly carrierTotal: SignedYen;
}

export interface Enrolment {
  readonly terminalId: number;
  readonly merchantId: number;
  readonly kind: SamKind;
  readonly folder: TerminalFolder;
  /** Where the key of its SAM file is made: not in the folder, or who steals one has both. */
  readonly keyFile: string;
}

/** Issuer and carrier, by the same program that an operator uses. */
export class HeadOffice {
  readonly #data: string;

  constructor(data: string) {
    this.#data = data;
  }

  async found(issuerId: number): Promise<void> {
    await this.#run('init', ['--issuer-id', `${issuerId}`]);
  }

  async addMerchant(merchantId: number, name: string): Promise<void> {
    await this.#run('add-merchant', ['--merchant', `${merchantId}`, '--name', name]);
  }

  /** Gives a terminal its SAM and the issuer's public key, and lets it upload. */
  async enrol({ terminalId, merchantId, kind, folder, keyFile }: Enrolment): Promise<void> {
    const sam = ['--sam', `${terminalId}`, '--kind', kind];
    await this.#run('issue-sam', [...sam, '--key-file', keyFile, '--out', folder.samPath]);
    const terminal = ['--terminal', `${terminalId}`, '--merchant', `${merchantId}`];
    await this.#run('enrol-terminal', [...terminal, ...sam, '--public-key', folder.publicKeyPath]);
    copyFileSync(join(this.#data, 'issuer-public.pem'), folder.issuerKeyPath);
  }

  /** Writes the card's image, and gives its IDm in hexadecimal. */
  async issueCard(imagePath: string): Promise<string> {
    return cardAnswer.parse(await this.#run('issue-card', ['--out', imagePath])).idm;
  }

  /** Starts collection on this port, which is the address the terminals were given. */
  async open(port: number): Promise<ProgramProcess> {
    const server = new ProgramProcess('backend', [
      'serve',
      '--data',
      this.#data,
      '--port',
      `${port}`,
    ]);
    listeningAnswer.parse(await server.event('listening'));
    return server;
  }

  async closeWindow(): Promise<void> {
    await this.#run('close-window', []);
  }

  /** Both parties sign what the closed window means for them. The carrier's key is made for it. */
  async sign(windowNumber: number): Promise<void> {
    const window = ['--window', `${windowNumber}`];
    const keyFile = `${this.#data}-carrier.pem`;
    await this.#run('carrier-key', ['--make', keyFile]);
    await this.#run('propose', window);
    await this.#run('sign', [...window, '--party', 'issuer']);
    await this.#run('sign', [...window, '--party', 'carrier', '--key-file', keyFile]);
  }

  async settle(windowNumber: number): Promise<Settlement> {
    const answer = await this.#run('settle', ['--window', `${windowNumber}`]);
    const { payments, commission } = settledAnswer.parse(answer);
    return {
      payments: new Map(payments.map(({ merchantId, amount }) => [merchantId, signedYen(amount)])),
      commission: yen(commission),
    };
  }

  async books(): Promise<Books> {
    const { issuer, carrier } = booksAnswer.parse(await this.#run('books', []));
    return {
      feeIncome: yen(-(issuer.balances['fee-income'] ?? 0)),
      cardLiability: yen(-(issuer.balances['card-liability'] ?? 0)),
      issuerTotal: signedYen(issuer.total),
      carrierTotal: signedYen(carrier.total),
    };
  }

  /** The statement as an operator reads it: of a merchant, or of the carrier if none is named. */
  statement(windowNumber: number, merchantId?: number): Promise<string> {
    const merchant = merchantId === undefined ? [] : ['--merchant', `${merchantId}`];
    const args = ['statement', '--data', this.#data, '--window', `${windowNumber}`, ...merchant];
    return runProgramText('backend', args);
  }

  #run(command: string, args: readonly string[]): Promise<unknown> {
    return runProgram('backend', [command, '--data', this.#data, ...args]);
  }
}

import { type ChildProcess, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openCardImage } from '#emulated-card';
import { CARD_KEY_LABELS } from '#purse/card-key';
import { businessDate } from '#units';
import { historyOf, isBlockedOf, purseOf } from '../../card-emulator/card/card-inspection.ts';
import {
  builtFile,
  type PcscService,
  preparePcscService,
  VIRTUAL_READER,
} from '../contract/pcsc-service.ts';
import { describeWithPcsc } from '../contract/pcsc-suite.ts';
import { cardProcess } from '../contract/served-card.ts';
import { issuedCard, KEY_VERSION, masterOf, seededRandom } from '../scheme.ts';

/** Debian's own: another Python does not find what Debian's packages install. */
const PYTHON = '/usr/bin/python3';
const PACKAGES = 'apt-get install python3 python3-pyscard python3-cryptography';
const DATE = '2026-11-23';
const LOAD = { terminalId: 9, number: 1, amount: 5_000 };
const DEBIT = { terminalId: 42, number: 70_001, amount: 350 };
// The worked example of card-profile.md: what these two write to any card that was empty.
const LOAD_WRITE = '88130000000000000000000000016c08 0101000900000100881300881300d609';
const DEBIT_WRITE = '5e010000000000000000000000028482 0202002a000071115e01002a1200d609';

const PURSE_AFTER = { balance: 4_650, cashback: 350, executionId: '00028482' };
const LOAD_ENTRY = {
  kind: 1,
  counter: 1,
  terminalId: 9,
  number: 1,
  amount: 5_000,
  balanceAfter: 5_000,
  days: 2_518,
};
const DEBIT_ENTRY = {
  kind: 2,
  counter: 2,
  terminalId: 42,
  number: 70_001 % 65_536,
  amount: 350,
  balanceAfter: 4_650,
  days: 2_518,
};

type Step = Readonly<Record<string, unknown>> & { readonly step: string };

function missingPython(): string | undefined {
  const probe = 'import smartcard.System, cryptography.hazmat.primitives.cmac';
  const isReady = spawnSync(PYTHON, ['-c', probe]).status === 0;
  return isReady ? undefined : `pyscard or cryptography is missing: ${PACKAGES}`;
}

async function stepsOf(peer: ChildProcess): Promise<Step[]> {
  if (peer.stdin === null || peer.stdout === null) throw new Error('expected pipes');
  const masters = Object.fromEntries(
    CARD_KEY_LABELS.map((label) => [label, Buffer.from(masterOf(label)).toString('hex')]),
  );
  const orders = { reader: VIRTUAL_READER, masters, keyVersion: KEY_VERSION, date: DATE };
  peer.stdin.end(JSON.stringify({ ...orders, load: LOAD, debit: DEBIT }));
  const [said, [status]] = await Promise.all([text(peer.stdout), once(peer, 'exit')]);
  expect(status, `the script failed after ${said}`).toBe(0);
  return said
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
}

// The script goes once through all it does; each test looks at a part of what it saw.
describeWithPcsc(
  'a purse reader in Python',
  () => {
    let service: PcscService;
    let folder: string;
    let steps: readonly Step[];
    let image: string;

    beforeAll(async () => {
      folder = await mkdtemp(join(tmpdir(), 'kazasu-peer-'));
      const imagePath = join(folder, 'card.json');
      await writeFile(imagePath, issuedCard(1).image());
      service = await preparePcscService();
      await service.start();
      const serve = [builtFile('card-emulator/main.js'), 'serve', imagePath, '--json'];
      const card = cardProcess(service.spawnCard(serve));
      await card.next('connected');
      const script = join(import.meta.dirname, 'purse-reader.py');
      // Without -B it would leave a folder beside its second file.
      steps = await stepsOf(service.spawnPeer([PYTHON, '-B', script]));
      image = await readFile(imagePath, 'utf8');
    }, 30_000);

    afterAll(async () => {
      await service.stop();
      await rm(folder, { recursive: true });
    });

    function saw(name: string): Step[] {
      return steps.filter(({ step }) => step === name);
    }

    it('finds a FeliCa card by its ATR, IDm and PMm', () => {
      expect(saw('card')).toMatchObject([
        {
          atr: '3b8f8001804f0ca00000030611003b0000000042',
          idm: '02fe000000000001',
          pmm: '0120220427674eff',
        },
      ]);
    });

    it('gets its Polling answered by system code and wildcard, and not for another system', () => {
      const identity = '02fe0000000000010120220427674eff';
      expect(saw('polling')).toMatchObject([
        { purse: identity, wildcard: `${identity}4b5a`, otherSystem: null },
      ]);
    });

    it('reads an empty purse and an empty history without a key', () => {
      const purse = { balance: 0, cashback: 0, executionId: '00000000' };
      expect(saw('new card')).toMatchObject([{ flags: '0000', blocks: 20, purse, history: [] }]);
    });

    it('is refused what needs a key with status flag 2 = A5', () => {
      expect(saw('without a key')).toMatchObject([{ read: '01a5', write: '01a5' }]);
    });

    it('derives the keys of the card from the masters, and loads it', () => {
      const wrote = LOAD_WRITE.replace(' ', '');
      expect(saw('load')).toMatchObject([{ isCardGenuine: true, flags: '0000', wrote }]);
    });

    it.each(['DEBI', 'INDV'])('hears nothing at Authentication2 with a wrong key %s', (label) => {
      expect(saw('wrong key')).toContainEqual({
        step: 'wrong key',
        label,
        isCardGenuine: false,
        issueData: null,
      });
    });

    it('authenticates, debits with a history entry in one command, and reads both back', () => {
      const wrote = DEBIT_WRITE.replace(' ', '');
      expect(saw('debit')).toMatchObject([
        {
          isCardGenuine: true,
          issueData: '02fe0000000000010120220427674eff',
          before: { balance: 5_000, cashback: 0, executionId: '00016c08' },
          newest: LOAD_ENTRY,
          flags: '0000',
          wrote,
        },
      ]);
      expect(saw('read back')).toMatchObject([
        { flags: '0000', purse: PURSE_AFTER, newest: DEBIT_ENTRY },
      ]);
    });

    it('hears nothing when it reads without encryption in a session', () => {
      expect(saw('plain read in a session')).toMatchObject([{ answer: null }]);
    });

    it('takes nothing with the same execution ID again, not even another amount', () => {
      expect(saw('same command')).toMatchObject([{ flags: '0000' }]);
      expect(saw('same execution ID')).toMatchObject([{ flags: '0000' }]);
      expect(saw('after the same')).toMatchObject([{ purse: PURSE_AFTER, newest: DEBIT_ENTRY }]);
    });

    it('is refused one yen too much with status flag 2 = 01, and then no history is written', () => {
      expect(saw('overdraft')).toMatchObject([{ flags: '0101' }]);
      expect(saw('after the overdraft')).toMatchObject([
        { purse: PURSE_AFTER, newest: DEBIT_ENTRY },
      ]);
    });

    it('hears nothing when it sends a frame of the session twice', () => {
      expect(saw('replay')).toMatchObject([{ answer: null }]);
    });

    it.each(['after Reset Mode', 'after a reset by the reader'])(
      'reads balance and history without a key again %s',
      (step) => {
        expect(saw(step)).toMatchObject([
          { flags: '0000', purse: PURSE_AFTER, history: [DEBIT_ENTRY, LOAD_ENTRY] },
        ]);
      },
    );

    it('computes the certificate of its debit as the card did', () => {
      const [{ stored, expected, cardData }] = saw('certificate') as [Step];
      expect(stored).toBe(`0002848202010000${expected}`);
      // Card data of scheme.ts: issuer 81, use until 2031-11-23, 50,000 yen and 20,000 yen at most.
      expect(cardData).toBe('0101 5100 f810 0000 50c30000 204e0000'.replaceAll(' ', ''));
    });

    it('blocks the card with the bytes of the page, and only the issuer makes it valid', () => {
      expect(saw('block')).toEqual([
        {
          step: 'block',
          valid: '01000000000000000000000000000000',
          flags: '0000',
          wrote: '01000000000000000000000000015473',
          blocked: '00000000010000000000000000015473',
          again: '0101',
        },
      ]);
      expect(saw('make valid')).toMatchObject([{ flags: '0000' }]);
      expect(saw('block again')).toMatchObject([{ flags: '0000' }]);
    });

    it('leaves the saved card as it says', () => {
      const card = openCardImage(image, { random: seededRandom('peer') });
      expect(isBlockedOf(card)).toBe(true);
      expect(purseOf(card)).toMatchObject({
        balance: 4_650,
        cashback: 350,
        executionId: Uint8Array.of(0x00, 0x02, 0x84, 0x82),
      });
      expect(historyOf(card)).toMatchObject([
        {
          kind: 'debit',
          cardCounter: 2,
          amount: 350,
          balanceAfter: 4_650,
          date: businessDate(DATE),
        },
        {
          kind: 'load',
          cardCounter: 1,
          amount: 5_000,
          balanceAfter: 5_000,
          date: businessDate(DATE),
        },
      ]);
    });
  },
  missingPython,
);

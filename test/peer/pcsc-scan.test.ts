import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { builtFile, type PcscService, preparePcscService } from '../contract/pcsc-service.ts';
import { describeWithPcsc } from '../contract/pcsc-suite.ts';
import { type CardProcess, cardProcess } from '../contract/served-card.ts';
import { issuedCard } from '../scheme.ts';
import { type PeerOutput, peerOutput } from './peer-output.ts';

const CARD_LIST = '/usr/share/pcsc/smartcard_list.txt';
const PROGRAMS = ['/usr/bin/pcsc_scan', '/usr/bin/ATR_analysis', CARD_LIST];
const INSERTED = /Reader 0: Virtual PCD 00 00\n.*\n {2}Card state: Card inserted/;
const REMOVED = /Reader 0: Virtual PCD 00 00\n.*\n {2}Card state: Card removed/;
const NAMED = /FeliCa \(generic\)/;

function missingScan(): string | undefined {
  const absent = PROGRAMS.find((path) => !existsSync(path));
  return absent === undefined ? undefined : `${absent} is missing: apt-get install pcsc-tools`;
}

// Each test goes on where the one before left card and program.
describeWithPcsc(
  'pcsc_scan',
  () => {
    let service: PcscService;
    let card: CardProcess;
    let scan: PeerOutput;
    let folder: string;

    beforeAll(async () => {
      folder = await mkdtemp(join(tmpdir(), 'kazasu-scan-'));
      const imagePath = join(folder, 'card.json');
      await writeFile(imagePath, issuedCard(1).image());
      service = await preparePcscService();
      await service.start();
      const serve = [builtFile('card-emulator/main.js'), 'serve', imagePath];
      card = cardProcess(service.spawnCard([...serve, '--json', '--no-insert']));
      await card.next('serving');
      // Its analysis prefers lists in these two folders, which a person may have loaded.
      const home = join(folder, 'home');
      await mkdir(home);
      const environment = { HOME: home, XDG_CACHE_HOME: home, LC_ALL: 'C' };
      scan = peerOutput(service.spawnPeer(['pcsc_scan'], environment));
    });

    afterAll(async () => {
      await service.stop();
      await rm(folder, { recursive: true });
    });

    it('sees the reader without a card', async () => {
      expect(await scan.take(REMOVED)).toContain('0: Virtual PCD 00 00');
    });

    it('sees the insertion, and names the card as FeliCa from its ATR', async () => {
      card.tell({ command: 'insert' });
      await scan.take(INSERTED);
      const analysis = await scan.take(NAMED);
      expect(analysis).toContain(
        'ATR: 3B 8F 80 01 80 4F 0C A0 00 00 03 06 11 00 3B 00 00 00 00 42',
      );
      expect(analysis).toContain('TCK = 42 (correct checksum)');
      expect(analysis).toContain(`Possibly identified card (using ${CARD_LIST})`);
    });

    it('sees the removal and the next insertion', async () => {
      card.tell({ command: 'remove' });
      await scan.take(REMOVED);
      card.tell({ command: 'insert' });
      await scan.take(INSERTED);
      expect(await scan.take(NAMED)).toContain('(correct checksum)');
    });
  },
  missingScan,
);

import { describe, expect, it } from 'vitest';
import { nodeCode, systemCode } from '../../../card-emulator/felica/identifiers.ts';
import { standardCardBuilder } from '../../../card-emulator/testing/standard-card-builder.ts';
import { testKeys } from '../../../card-emulator/testing/test-keys.ts';
import { frame, hex, toHex } from '../card/test-card.ts';
import { openSession } from '../card/test-session.ts';

const NEWEST = '00112233445566778899aabbccddeeff';

const transit = standardCardBuilder('suica')
  .system(0x0003)
  .area(0x0040, 0x07ff)
  .service(0x008b, { blocks: 1 })
  .service(0x090c, { blocks: [NEWEST, '00'.repeat(16)] })
  .service(0x090f);

describe('the builder of a Standard card', () => {
  it('builds what can be read without a key', () => {
    const card = transit.build();
    card.powerOn();
    expect(toHex(card.exchange(hex('06 00 0003 01 00')))).toBe(
      `1401${toHex(card.idm)}${toHex(card.pmm)}0003`,
    );
    const answer = card.exchange(frame(`06 ${toHex(card.idm)} 01 0f09 01 8000`));
    expect(toHex(answer)).toBe(`1d07${toHex(card.idm)}000001${NEWEST}`);
  });

  it('lets services of one number have the same blocks', () => {
    const card = transit.build();
    const blocksOf = (code: number): readonly Uint8Array[] =>
      card.storedBlocks(systemCode(0x0003), nodeCode(code));
    expect(blocksOf(0x090c)).toHaveLength(2);
    expect(blocksOf(0x090f)).toEqual(blocksOf(0x090c));
    expect(blocksOf(0x008b)).toEqual([new Uint8Array(16)]);
  });

  it('gives every node the public test key unless it has its own', () => {
    const key = new Uint8Array(16).fill(9);
    const card = standardCardBuilder('rc-sa')
      .system(0x4b5a)
      .service(0x1008)
      .service(0x1048, { aesKey: key })
      .build();
    card.powerOn();
    const session = openSession(card, [0x1008, 0x1048], {
      address: card.idm,
      nodeKeys: [testKeys.aesKey, key],
      individualKey: testKeys.aesKey,
    });
    expect(session.nextNumber).toBe(1);
  });

  it('builds each system with its root area', () => {
    const card = transit.system(0xfe00).service(0x394b, { blocks: 4 }).build();
    card.powerOn();
    const answer = card.exchange(frame(`0c ${toHex(card.idm)}`));
    expect(toHex(answer)).toBe(`0f0d${toHex(card.idm)}020003fe00`);
  });

  it('takes identifiers, memory and random bytes', () => {
    const builder = transit.idm('0112aabbccddeeff').pmm('0102030405060708').memory('worn');
    const card = builder.random((count) => new Uint8Array(count)).build();
    expect([toHex(card.idm), toHex(card.pmm)]).toEqual(['0112aabbccddeeff', '0102030405060708']);
    expect([card.memoryCondition, transit.build().memoryCondition]).toEqual(['worn', 'sound']);
  });

  it('builds the same card from the same plan', () => {
    expect(transit.build().image()).toBe(transit.build().image());
  });

  const empty = standardCardBuilder('suica');
  const system = empty.system(0x0003);
  it.each([
    ['systems', () => empty.build()],
    ['systems', () => empty.service(0x090f)],
    ['systems', () => empty.area(0x0040, 0x07ff)],
    ['idm', () => empty.idm('01')],
    ['pmm', () => empty.pmm('01')],
    ['systems[0].systemCode', () => empty.system(0x1_0000)],
    ['systems[0].systemCode', () => empty.system(0xff03).build()],
    ['systems[1].systemCode', () => system.system(0x0003).build()],
    ['systems[0].systemKey.aesKey', () => empty.system(0x0003, { aesKey: '00'.repeat(16) })],
    ['systems[0].systemKey.desKey', () => empty.system(0x0003, { desKey: '00' })],
    [
      'systems[0].systemKey.desKey',
      () => standardCardBuilder('hce-f').system(0x4000, { desKey: '00'.repeat(8) }),
    ],
    ['systems[0].systemKey.keyVersion', () => empty.system(0x0003, { keyVersion: 0xffff })],
    ['systems[0].areas[1].endCode', () => system.area(0x0040, 0x003f).build()],
    ['systems[0].areas[1].code', () => system.area(-1, 0x003f)],
    ['systems[0].services[0].code', () => system.service(0x0901)],
    ['systems[0].services[0]', () => system.service(0x090f, { desKey: '00'.repeat(8) })],
    ['systems[0].services[0].keyVersion', () => system.service(0x090f, { keyVersion: -1 })],
    ['systems[0].services[0].blocks', () => system.service(0x090f, { blocks: 0.5 })],
    ['systems[0].blocks[0].blocks', () => system.service(0x090f, { blocks: 0 }).build()],
    ['systems[0].services[0].blocks[1]', () => system.service(0x090f, { blocks: [NEWEST, '00'] })],
    ['systems[0].services[1].blocks', () => system.service(0x090c).service(0x090f, { blocks: 20 })],
    ['systems[0].services[1].code', () => system.service(0x090f).service(0x090f).build()],
  ])('names the field that no card could have: %s', (field, step) => {
    expect(step).toThrow(expect.objectContaining({ code: 'CARD_STRUCTURE_INVALID', field }));
  });
});

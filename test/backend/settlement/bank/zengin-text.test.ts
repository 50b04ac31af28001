import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  isZenginText,
  zenginBytes,
  zenginText,
} from '../../../../backend/settlement/bank/zengin-text.ts';

describe('the letters of bank files', () => {
  it.each([
    ['カ）パンヤ', 'ｶ)ﾊﾟﾝﾔ'],
    ['ガギグゲゴ', 'ｶﾞｷﾞｸﾞｹﾞｺﾞ'],
    ['ｶﾞ', 'ｶﾞ'],
    ['しゃっきんどり', 'ｼﾔﾂｷﾝﾄﾞﾘ'],
    ['ローソン', 'ﾛ-ｿﾝ'],
    ['ヴァイオリン', 'ｳﾞｱｲｵﾘﾝ'],
    ['Ｋａｚａｓｕ　１２３', 'KAZASU 123'],
    ['ヤマヲ', 'ﾔﾏｵ'],
    ['「ア・イ」', '｢ｱ.ｲ｣'],
    ['', ''],
  ])('%s is written %s', (text, narrow) => {
    expect(zenginText(text)).toBe(narrow);
  });

  it.each(['山田', 'A&B', 'ア\nイ', 'é', '😀', 'a+b', '\0'])('%j has no such form', (text) => {
    expect(zenginText(text)).toBeUndefined();
  });

  it('are one byte each, those of JIS X 0201', () => {
    expect(zenginBytes('A1 ｱﾝﾞﾟ｢｣ｰ-')).toEqual(
      Uint8Array.of(0x41, 0x31, 0x20, 0xb1, 0xdd, 0xde, 0xdf, 0xa2, 0xa3, 0xb0, 0x2d),
    );
    expect(() => zenginBytes('あ')).toThrow(RangeError);
  });

  it('stay as they are when they are turned again, and have a byte each', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 20 }), (text) => {
        const narrow = zenginText(text);
        if (narrow === undefined) return;
        expect(isZenginText(narrow)).toBe(true);
        expect(zenginText(narrow)).toBe(narrow);
        expect(zenginBytes(narrow)).toHaveLength(narrow.length);
      }),
    );
  });
});

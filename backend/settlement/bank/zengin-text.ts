const HALF_WIDTH_FIRST = 0xff61;
const HALF_WIDTH_LAST = 0xff9f;
/** U+FF61 stands at A1 in JIS X 0201, and the others follow in the same order. */
const JIS_OFFSET = HALF_WIDTH_FIRST - 0xa1;
const ALLOWED = /^[ 0-9A-Zｱ-ﾝﾞﾟ()\-./\\｢｣]*$/;
const KANA =
  'アイウエオカキクケコサシスセソタチツテトナニヌネノハヒフヘホマミムメモヤユヨラリルレロワン';
const HALF_KANA = 'ｱｲｳｴｵｶｷｸｹｺｻｼｽｾｿﾀﾁﾂﾃﾄﾅﾆﾇﾈﾉﾊﾋﾌﾍﾎﾏﾐﾑﾒﾓﾔﾕﾖﾗﾘﾙﾚﾛﾜﾝ';
/** Small kana are written large, and the long vowel is a hyphen: bank files have neither. */
const REPLACED = 'ァィゥェォッャュョヮヲーｰ゛゜\u3099\u309a「」。・￥¥';
const REPLACEMENT = 'ｱｲｳｴｵﾂﾔﾕﾖﾜｵ--ﾞﾟﾞﾟ｢｣..\\\\';
const HIRAGANA = /[ぁ-ゖ]/g;
const HIRAGANA_TO_KATAKANA = 0x60;

const HALF_WIDTH: ReadonlyMap<string, string> = new Map([
  ...pairs(KANA, HALF_KANA),
  ...pairs(REPLACED, REPLACEMENT),
]);

/**
 * The text as bank files write it: half-width kana, capitals, digits, and `( ) - . / \ ｢ ｣`. Full-width
 * and small letters are turned into those; `undefined` if a character has no such form, as kanji have not.
 */
export function zenginText(text: string): string | undefined {
  const katakana = text.replaceAll(HIRAGANA, (letter) =>
    String.fromCharCode(letter.charCodeAt(0) + HIRAGANA_TO_KATAKANA),
  );
  // NFKD makes full-width forms narrow, half-width kana wide, and takes the voiced mark off its kana.
  const parts = [...katakana.normalize('NFKD').toUpperCase()];
  const narrow = parts.map((letter) => HALF_WIDTH.get(letter) ?? letter).join('');
  return isZenginText(narrow) ? narrow : undefined;
}

/** Whether each character may stand in a bank file as it is, and takes one byte there. */
export function isZenginText(text: string): boolean {
  return ALLOWED.test(text);
}

/** One byte for each character, in JIS X 0201. Throws `RangeError` for text of another alphabet. */
export function zenginBytes(text: string): Uint8Array {
  return Uint8Array.from(text, (letter) => {
    const code = letter.charCodeAt(0);
    if (code < 0x80) return code;
    if (code >= HALF_WIDTH_FIRST && code <= HALF_WIDTH_LAST) return code - JIS_OFFSET;
    throw new RangeError(`bank file: no byte for U+${code.toString(16)}`);
  });
}

function pairs(from: string, to: string): [string, string][] {
  const narrow = [...to];
  return [...from].map((letter, index) => [letter, narrow[index] ?? '']);
}

import { describe, expect, it } from 'vitest';
import { codeOf, stringLiterals } from './source-text.ts';

/** A text with `‹code›` for the places where a template holds code. */
const template = (text: string): string => text.replaceAll('‹', '${').replaceAll('›', '}');

const values = (text: string): string[] => stringLiterals(text).map(({ value }) => value);

describe('the code of a text', () => {
  it('is as long as the text and keeps its lines', () => {
    const text = template("const a = 'one'; // two\n/* three\nfour */ const b = `‹a›`;\n");
    expect(codeOf(text)).toHaveLength(text.length);
    expect(codeOf(text).split('\n')).toHaveLength(4);
  });

  it.each([
    ["one + two // it's", 'one + two        '],
    ["x('// not a comment')", "x('                ')"],
    ['x("it\\"s") + y', 'x("     ") + y'],
    ['a /* b */ c', 'a         c'],
  ])('blanks comments and strings in %s', (text, code) => {
    expect(codeOf(text)).toBe(code);
  });

  it('keeps the code inside a template and blanks the words around it', () => {
    expect(codeOf(template('`one ‹two({ three })› four` + five'))).toBe(
      '`     {two({ three })}     ` + five',
    );
  });

  it('keeps the code after a template inside a template', () => {
    expect(codeOf(template('`a ‹`b ‹c› d`› e` + f'))).toBe('`   {`   {c}  `}  ` + f');
  });

  it('tells a regular expression from a division', () => {
    expect(codeOf("x.match(/['/\\]]/) + y")).toMatch(/^x\.match\(\/ +\/\) \+ y$/);
    expect(codeOf("a / b + 'c' / d")).toBe("a / b + ' ' / d");
  });
});

describe('the string literals of a text', () => {
  it('leave out what stands in a comment', () => {
    expect(values("a('ONE'); // 'TWO'\nb(\"THREE\")")).toEqual(['ONE', 'THREE']);
  });
});

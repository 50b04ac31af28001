import { describe, expect, it } from 'vitest';
import { element, xmlDocument } from '../../../../backend/settlement/bank/xml-document.ts';

describe('xmlDocument', () => {
  it('puts elements, text and attributes into one namespace', () => {
    const text = xmlDocument('urn:a', element('A', [element('B', '<&>"', { C: '"1"' })]));
    expect(text).toBe(
      '<?xml version="1.0" encoding="UTF-8"?>\n' +
        '<A xmlns="urn:a"><B C="&quot;1&quot;">&lt;&amp;&gt;"</B></A>\n',
    );
  });

  it('does not write text that XML cannot hold', () => {
    expect(() => xmlDocument('urn:a', element('A', 'a\u0000b'))).toThrow();
    expect(() => xmlDocument('urn:a', element('A', '\ud800'))).toThrow();
  });
});

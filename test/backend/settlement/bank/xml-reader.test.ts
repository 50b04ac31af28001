import { describe, expect, it } from 'vitest';
import {
  BankFileError,
  nodesAt,
  textAt,
  type XmlNode,
  XmlReader,
} from '../../../../backend/settlement/bank/xml-reader.ts';

interface Seen {
  readonly root: string;
  readonly opened: readonly string[];
  readonly elements: readonly (readonly [path: string, node: XmlNode])[];
}

function seenIn(source: string | Uint8Array, whole: readonly string[] = []): Seen {
  let root = '';
  const opened: string[] = [];
  const elements: [string, XmlNode][] = [];
  const reader = new XmlReader({
    root: (name, namespace) => {
      root = `${namespace} ${name}`;
    },
    open: (path) => opened.push(path.join('/')),
    isWhole: (path) => whole.includes(path.join('/')),
    element: (path, node) => elements.push([path.join('/'), node]),
  });
  reader.write(typeof source === 'string' ? new TextEncoder().encode(source) : source);
  reader.end();
  return { root, opened, elements };
}

describe('XmlReader', () => {
  it('gives leaves one by one, and the elements that are asked for whole', () => {
    const { root, opened, elements } = seenIn(
      '<A xmlns="urn:a"><B>1</B><C><D x="2"> 3 </D><D>4&amp;<![CDATA[<5>]]></D></C></A>',
      ['C'],
    );
    expect(root).toBe('urn:a A');
    expect(opened).toEqual(['B', 'C']);
    expect(elements.map(([path]) => path)).toEqual(['B', 'C']);
    const node = elements[1]?.[1] as XmlNode;
    expect(textAt(node, 'D')).toBe('3');
    expect(textAt(node, 'E')).toBeUndefined();
    expect(nodesAt(node, 'D').map(({ text }) => text)).toEqual([' 3 ', '4&<5>']);
    expect(nodesAt(node, 'D')[0]?.attributes.get('x')).toBe('2');
  });

  it('passes over elements of another namespace, with all that is in them', () => {
    const { elements } = seenIn(
      '<A xmlns="urn:a"><x:B xmlns:x="urn:b"><C>1</C></x:B><D>2<E xmlns="">3</E></D></A>',
    );
    expect(elements.map(([path, { text }]) => [path, text])).toEqual([['D', '2']]);
  });

  it.each([
    ['<!DOCTYPE A><A/>', 'a document type is not taken'],
    [
      '<!DOCTYPE A [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]><A>&b;&b;&b;</A>',
      'a document type is not taken',
    ],
    [
      '<!DOCTYPE A [<!ENTITY x SYSTEM "file:///etc/passwd">]><A>&x;</A>',
      'a document type is not taken',
    ],
    ['<A>&unknown;</A>', 'not well-formed'],
    ['<A>&toString;</A>', 'not well-formed'],
    ['<A><B></A>', 'not well-formed'],
    ['<A/><A/>', 'not well-formed'],
    ['', 'not well-formed'],
    ['<A>&#0;</A>', 'not well-formed'],
    ['<?xml version="1.0" encoding="Shift_JIS"?><A/>', 'not in UTF-8'],
    ['<A>'.repeat(41), 'deeper than 40'],
    [`<A>${'<x:B xmlns:x="urn:b">'.repeat(40)}`, 'deeper than 40'],
    [`<A><B>${'a'.repeat(8_193)}</B></A>`, 'text over 8192'],
  ])('refuses %s', (text, reason) => {
    expect(() => seenIn(text)).toThrow(new BankFileError(reason));
  });

  it('refuses bytes that are no UTF-8, also at the end', () => {
    expect(() => seenIn(Uint8Array.of(0x3c, 0x41, 0xff))).toThrow(
      new BankFileError('not in UTF-8'),
    );
    expect(() => seenIn(Uint8Array.of(0x3c, 0x41, 0x2f, 0x3e, 0xe3))).toThrow(BankFileError);
  });
});

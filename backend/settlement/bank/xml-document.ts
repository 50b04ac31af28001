import { DOMImplementation, type Document, type Element, XMLSerializer } from '@xmldom/xmldom';

/** An element of the document's namespace, with text or with elements in it. */
export interface XmlElement {
  readonly name: string;
  readonly content: string | readonly XmlElement[];
  readonly attributes?: Readonly<Record<string, string>>;
}

export function element(
  name: string,
  content: string | readonly XmlElement[],
  attributes: Readonly<Record<string, string>> = {},
): XmlElement {
  return { name, content, attributes };
}

/** The document as UTF-8 text. Throws for text that XML cannot hold, such as control characters. */
export function xmlDocument(namespace: string, root: XmlElement): string {
  const document = new DOMImplementation().createDocument(namespace, root.name);
  const { documentElement } = document;
  if (documentElement !== null) fill(document, documentElement, namespace, root);
  const body = new XMLSerializer().serializeToString(document, { requireWellFormed: true });
  return `<?xml version="1.0" encoding="UTF-8"?>\n${body}\n`;
}

function fill(document: Document, target: Element, namespace: string, source: XmlElement): void {
  for (const [name, value] of Object.entries(source.attributes ?? {})) {
    target.setAttribute(name, value);
  }
  if (typeof source.content === 'string') {
    target.appendChild(document.createTextNode(source.content));
    return;
  }
  for (const child of source.content) {
    const node = document.createElementNS(namespace, child.name);
    fill(document, node, namespace, child);
    target.appendChild(node);
  }
}

import { SaxesParser, type SaxesTagNS } from 'saxes';

const DEPTH_MAX = 40;
const TEXT_LENGTH_MAX = 8_192;
const NODES_MAX = 1_000_000;
const BYTES_MAX = 256 * 1024 * 1024;

/** An element as it was read, without the namespace that all have. */
export interface XmlNode {
  readonly name: string;
  readonly text: string;
  readonly attributes: ReadonlyMap<string, string>;
  readonly children: readonly XmlNode[];
}

/** Why a file cannot be read. Never holds what stands in it. */
export class BankFileError extends Error {
  override readonly name = 'BankFileError';
}

export interface XmlHandler {
  /** Called first, with the name and the namespace of the outermost element. Throws `BankFileError`. */
  root(name: string, namespace: string): void;
  /** An element is opened; `path` has its name last, and not the outermost element. */
  open(path: readonly string[]): void;
  /** Whether that element is given whole, with all that stands in it. */
  isWhole(path: readonly string[]): boolean;
  /** An element without elements in it, or a whole one. */
  element(path: readonly string[], node: XmlNode): void;
}

interface GrowingNode {
  readonly name: string;
  readonly attributes: ReadonlyMap<string, string>;
  readonly children: XmlNode[];
  text: string;
}

/**
 * Reads XML piece by piece, and keeps no more of it than one whole element. It takes what others wrote:
 * a document type, and with it any entity but the five of XML, is refused before anything is expanded;
 * depth, length and number are bounded; elements of another namespace are passed over.
 */
export class XmlReader {
  readonly #parser = new SaxesParser({ xmlns: true, position: false });
  readonly #decoder = new TextDecoder('utf-8', { fatal: true });
  readonly #handler: XmlHandler;
  readonly #open: GrowingNode[] = [];
  #namespace: string | undefined;
  /** How deep the whole element stands that is being read. */
  #wholeDepth: number | undefined;
  #foreignDepth = 0;
  #nodeCount = 0;
  #byteCount = 0;

  constructor(handler: XmlHandler) {
    this.#handler = handler;
    this.#parser.on('doctype', () => fail('a document type is not taken'));
    this.#parser.on('xmldecl', ({ encoding }) => {
      if (encoding !== undefined && !/^utf-8$/i.test(encoding)) fail('not in UTF-8');
    });
    this.#parser.on('error', () => fail('not well-formed'));
    this.#parser.on('opentag', (tag) => this.#enter(tag));
    this.#parser.on('closetag', () => this.#leave());
    this.#parser.on('text', (text) => this.#append(text));
    this.#parser.on('cdata', (text) => this.#append(text));
  }

  /** Throws {@link BankFileError}. */
  write(bytes: Uint8Array): void {
    this.#byteCount += bytes.length;
    if (this.#byteCount > BYTES_MAX) fail(`more than ${BYTES_MAX} bytes`);
    this.#parser.write(this.#decode(bytes, true));
  }

  /** Throws {@link BankFileError} if the document is not whole. */
  end(): void {
    this.#parser.write(this.#decode(new Uint8Array(0), false));
    this.#parser.close();
  }

  #decode(bytes: Uint8Array, stream: boolean): string {
    try {
      return this.#decoder.decode(bytes, { stream });
    } catch (error) {
      throw new BankFileError('not in UTF-8', { cause: error });
    }
  }

  #enter({ local, uri, attributes }: SaxesTagNS): void {
    this.#nodeCount += 1;
    if (this.#nodeCount > NODES_MAX) fail(`more than ${NODES_MAX} elements`);
    if (this.#open.length + this.#foreignDepth >= DEPTH_MAX) fail(`deeper than ${DEPTH_MAX}`);
    if (this.#namespace === undefined) {
      this.#namespace = uri;
      this.#handler.root(local, uri);
    }
    if (this.#foreignDepth > 0 || uri !== this.#namespace) {
      this.#foreignDepth += 1;
      return;
    }
    const values = Object.values(attributes).map(({ name, value }) => [name, value] as const);
    this.#open.push({ name: local, attributes: new Map(values), children: [], text: '' });
    if (this.#wholeDepth !== undefined || this.#open.length === 1) return;
    const path = this.#path();
    this.#handler.open(path);
    if (this.#handler.isWhole(path)) this.#wholeDepth = this.#open.length;
  }

  #leave(): void {
    if (this.#foreignDepth > 0) {
      this.#foreignDepth -= 1;
      return;
    }
    const path = this.#path();
    const depth = this.#open.length;
    const node = this.#open.pop();
    if (node === undefined) return;
    if (this.#wholeDepth !== undefined && depth > this.#wholeDepth) {
      this.#open.at(-1)?.children.push(node);
      return;
    }
    this.#wholeDepth = undefined;
    if (depth > 1) this.#handler.element(path, node);
  }

  #append(text: string): void {
    const node = this.#open.at(-1);
    if (node === undefined || this.#foreignDepth > 0) return;
    if (node.text.length + text.length > TEXT_LENGTH_MAX) fail(`text over ${TEXT_LENGTH_MAX}`);
    node.text += text;
  }

  #path(): readonly string[] {
    return this.#open.slice(1).map(({ name }) => name);
  }
}

/** The text of the first element at that path, such as `Refs/EndToEndId`, without spaces around it. */
export function textAt(node: XmlNode, path: string): string | undefined {
  const found = nodesAt(node, path)[0]?.text.trim();
  return found === '' ? undefined : found;
}

/** All elements at that path below `node`. */
export function nodesAt(node: XmlNode, path: string): readonly XmlNode[] {
  return path
    .split('/')
    .reduce<readonly XmlNode[]>(
      (nodes, name) => nodes.flatMap(({ children }) => children.filter((one) => one.name === name)),
      [node],
    );
}

function fail(reason: string): never {
  throw new BankFileError(reason);
}

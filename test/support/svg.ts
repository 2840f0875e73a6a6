// Reads SVG pictures back with a strict XML parser: what is not well-formed is an error.
import { createRequire } from 'node:module';

// The parser of Node-RED's XML node, found from the package of it that depends on it.
const fromNodeRed = createRequire(createRequire(__filename).resolve('@node-red/nodes/package.json'));
const { parser } = createRequire(fromNodeRed.resolve('xml2js'))('sax') as { parser(strict: boolean): SaxParser };

interface SaxParser {
  onerror(error: Error): void;
  onopentag(tag: { name: string; attributes: Record<string, string> }): void;
  ontext(text: string): void;
  onclosetag(): void;
  write(text: string): SaxParser;
  close(): void;
}

export interface SvgElement {
  name: string;
  attributes: Record<string, string>;
  /** Directly in it. */
  text: string;
}

export function parseSvg(svg: string): SvgElement[] {
  const elements: SvgElement[] = [];
  const open: SvgElement[] = [];
  const sax = parser(true);
  sax.onerror = error => {
    throw error;
  };
  sax.onopentag = ({ name, attributes }) => {
    const element = { name, attributes, text: '' };
    elements.push(element);
    open.push(element);
  };
  sax.ontext = text => {
    const [innermost] = open.slice(-1);
    if (innermost) innermost.text += text;
  };
  sax.onclosetag = () => {
    open.pop();
  };
  sax.write(svg).close();
  return elements;
}

export interface SvgText {
  text: string;
  x: number;
  y: number;
  size: number;
  /** 0xRRGGBB */
  colour: number;
  anchor: string;
  turned: boolean;
  bold: boolean;
}

export function textsOf(elements: readonly SvgElement[]): SvgText[] {
  return elements
    .filter(({ name }) => name === 'text')
    .map(({ text, attributes }) => ({
      text,
      x: Number(attributes.x),
      y: Number(attributes.y),
      size: Number(attributes['font-size']),
      colour: Number.parseInt(attributes.fill.slice(1), 16),
      anchor: attributes['text-anchor'] ?? 'start',
      turned: 'transform' in attributes,
      bold: attributes['font-weight'] === 'bold',
    }));
}

// A drawing surface that becomes SVG text (SVG 1.1, no scripts, no ids: several may stand in one page).
import { isKnown, textWidth } from './font/stroke-font';
import { encodePng } from './png';
import {
  type Box,
  type Colour,
  hex,
  type Line,
  type Point,
  type Raster,
  RIM,
  type Surface,
  type TextStyle,
} from './surface';

/** The fonts whose widths the layout knows; the letters of any other one are set to the same widths. */
const FONTS = "Arial, Helvetica, 'Liberation Sans', sans-serif";

export class SvgSurface implements Surface {
  private readonly parts: string[] = [];

  constructor(
    readonly width: number,
    readonly height: number,
    private readonly background: Colour,
  ) {}

  rect({ left, top, width, height }: Box, fill: Colour, opacity = 1): void {
    this.parts.push(
      `<rect x="${short(left)}" y="${short(top)}" width="${short(width)}" height="${short(height)}"${paint(fill, opacity)}/>`,
    );
  }

  polygon(points: readonly Point[], fill: Colour, { opacity = 1, rim }: { opacity?: number; rim?: Colour } = {}): void {
    const outline = rim === undefined ? '' : ` stroke="${hex(rim)}" stroke-width="${RIM}" paint-order="stroke"`;
    this.parts.push(`<path d="${path(points)}Z"${paint(fill, opacity)}${outline}/>`);
  }

  line(points: readonly Point[], { colour, width, dash }: Line): void {
    const dashes = dash && dash.length > 0 ? ` stroke-dasharray="${dash.map(short).join(' ')}"` : '';
    this.parts.push(
      `<path d="${path(points)}" fill="none" stroke="${hex(colour)}" stroke-width="${short(width)}" stroke-linecap="${dashes ? 'butt' : 'round'}" stroke-linejoin="round"${dashes}/>`,
    );
  }

  text(text: string, x: number, y: number, { size, colour, anchor = 'start', bold, turned }: TextStyle): void {
    const attributes = [
      `x="${short(x)}" y="${short(y)}" font-size="${short(size)}" fill="${hex(colour)}"`,
      anchor !== 'start' && `text-anchor="${anchor}"`,
      bold && 'font-weight="bold"',
      isKnown(text) && `textLength="${short(textWidth(text, size, bold))}" lengthAdjust="spacingAndGlyphs"`,
      turned && `transform="rotate(-90 ${short(x)} ${short(y)})"`,
    ];
    this.parts.push(`<text ${attributes.filter(Boolean).join(' ')}>${escapeXml(text)}</text>`);
  }

  raster({ columns, rows, values, palette }: Raster, { left, top, width, height }: Box): void {
    const png = encodePng(
      columns,
      rows,
      Uint32Array.from(values, value => palette[value]),
    );
    this.parts.push(
      `<image x="${short(left)}" y="${short(top)}" width="${short(width)}" height="${short(height)}" preserveAspectRatio="none" style="image-rendering:pixelated" href="data:image/png;base64,${png.toString('base64')}"/>`,
    );
  }

  /** A nested picture cuts off at its edge: that needs no clip path, whose id might meet that of another picture. */
  clip({ left, top, width, height }: Box, draw: () => void): void {
    const box = [left, top, width, height].map(short);
    this.parts.push(
      `<svg x="${box[0]}" y="${box[1]}" width="${box[2]}" height="${box[3]}" viewBox="${box.join(' ')}" overflow="hidden">`,
    );
    draw();
    this.parts.push('</svg>');
  }

  /** @param title read out by screen readers */
  encode(title: string): string {
    const { width, height } = this;
    return [
      `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img" font-family="${FONTS}">`,
      `<title>${escapeXml(title)}</title>`,
      `<rect width="${width}" height="${height}" fill="${hex(this.background)}"/>`,
      ...this.parts,
      '</svg>\n',
    ].join('\n');
  }
}

const ENTITIES: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };

/** Text as it may stand in XML, between tags or in an attribute; characters that XML forbids are left out. */
function escapeXml(text: string): string {
  return text.replace(FORBIDDEN, '').replace(/[&<>"']/g, sign => ENTITIES[sign]);
}

/** Control characters and halves of surrogate pairs. */
const FORBIDDEN = /[\p{Cc}\p{Cs}\ufffe\uffff]/gu;

/** Hundredths of a pixel are enough. */
const short = (value: number): string => String(Math.round(value * 100) / 100);

/** From point to point by differences, which are shorter to write. */
function path(points: readonly Point[]): string {
  const rounded = points.map(([x, y]) => [Math.round(x * 100), Math.round(y * 100)]);
  const steps = rounded.slice(1).map(([x, y], i) => `${(x - rounded[i][0]) / 100} ${(y - rounded[i][1]) / 100}`);
  const [[x, y]] = rounded;
  return `M${x / 100} ${y / 100}${steps.length > 0 ? `l${steps.join(' ')}` : ''}`;
}

const paint = (fill: Colour, opacity: number): string =>
  ` fill="${hex(fill)}"${opacity < 1 ? ` fill-opacity="${short(opacity)}"` : ''}`;

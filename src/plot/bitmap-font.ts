// Letters for pictures: the 5×7 dot-matrix characters of the text displays of the 1980s (with an eighth row for
// descenders), printable ASCII only.

export const GLYPH_WIDTH = 5;
export const GLYPH_HEIGHT = 8;
/** From one character to the next. */
export const ADVANCE = GLYPH_WIDTH + 1;

const FIRST = 0x20;
const LAST = 0x7e;

/** Five bytes per character from the space on, one per column from the left; the lowest bit is the top row. */
const COLUMNS = Buffer.from(
  '000000000000005f00000007000700147f147f14242a7f2a12231308646236495620500008070300001c2241000041221c00' +
    '2a1c7f1c2a08083e080800503000000808080808000060600020100804023e5149453e00427f400042615149462141454b31' +
    '1814127f1027454545393c4a49493001710905033649494936064949291e0036360000005636000008142241001414141414' +
    '00412214080201510906324979413e7e1111117e7f494949363e414141227f4141221c7f494949417f090909013e4149497a' +
    '7f0808087f00417f41002040413f017f081422417f404040407f020c027f7f0408107f3e4141413e7f090909063e4151215e' +
    '7f09192946464949493101017f01013f4040403f1f2040201f3f4038403f631408146307087008076151494543007f414100' +
    '02040810200041417f0004020102044040404040000102040020545454787f484444383844444420384444487f3854545418' +
    '087e09010218a4a4a47c7f0804047800447d40004080847d007f1028440000417f40007c041804787c080404783844444438' +
    'fc2424241818242424fc7c080404084854545420043f4440203c4040207c1c2040201c3c4030403c44281028441ca0a0a07c' +
    '4464544c44000836410000007f000000413608000804081008',
  'hex',
);

/** Text as the font can show it: accents dropped, other signs replaced by `?`. */
export function printable(text: string): string {
  return Array.from(text.normalize('NFKD').replace(/\p{M}/gu, ''), sign => {
    const code = sign.codePointAt(0)!;
    return code >= FIRST && code <= LAST ? sign : '?';
  }).join('');
}

/** Whether the dot in column `x` and row `y` of a printable character is set. */
export function dot(sign: string, x: number, y: number): boolean {
  return ((COLUMNS[(sign.charCodeAt(0) - FIRST) * GLYPH_WIDTH + x] >> y) & 1) === 1;
}

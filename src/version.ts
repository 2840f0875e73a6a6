// The release of this package, as it goes into model files.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const manifest = JSON.parse(readFileSync(join(__dirname, '..', '..', 'package.json'), 'utf8')) as { version: string };

export const PACKAGE_VERSION = manifest.version;

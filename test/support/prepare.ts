// What `npm test` does once before its processes start: packing and installing the package. Argument: the folder for it.
import { GENERATIONS } from './generations';
import { prepare } from './pack';
import { missing } from './system';

const there = GENERATIONS.filter(({ needs }) => needs.every(part => !missing(part)));
prepare(process.argv[2], there).catch(error => {
  console.error(error);
  process.exitCode = 1;
});

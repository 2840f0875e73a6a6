// The message contract between the nodes.
export * from './finite';
export * from './floats';
export * from './front-end';
export * from './read';
export * from './types';

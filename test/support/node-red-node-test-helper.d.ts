// The part of node-red-node-test-helper that helper.ts uses; the package comes without types.
declare module 'node-red-node-test-helper' {
  import type { Node } from 'node-red';

  const helper: {
    init(runtimePath: string, settings?: object): void;
    load(nodes: unknown[], flow: object[]): Promise<void>;
    unload(): Promise<void>;
    getNode(id: string): Node;
    startServer(): Promise<void>;
    stopServer(): Promise<void>;
    url(): string;
  };
  export default helper;
}

import type { RecordingFile } from "../../src/recording/disk.ts";

/** A file in memory that can stall, fail or run low when told to, and tells when it was written. */
export interface MemoryDisk {
  create(path: string): Promise<RecordingFile>;
  bytes(): Uint8Array;
  /** Resolves with the file's length after the next write. */
  nextWrite(): Promise<number>;
  /** While stalled, writes do not return. */
  stall(): void;
  release(): void;
  /** Every write rejects from now on, as a full or read-only disk's would. */
  fail(why: string): void;
  free: number;
  readonly syncs: number;
  readonly closed: boolean;
}

export function memoryDisk(): MemoryDisk {
  const parts: Uint8Array[] = [];
  let gate: Promise<void> = Promise.resolve();
  let open: () => void = () => {};
  let failure: string | undefined;
  let watchers: ((length: number) => void)[] = [];
  let [free, syncs, closed] = [Infinity, 0, false];
  const length = () => parts.reduce((sum, part) => sum + part.length, 0);
  const file: RecordingFile = {
    async write(bytes) {
      await gate;
      if (failure !== undefined) throw new Error(failure);
      parts.push(bytes);
      watchers.forEach((watch) => watch(length()));
      watchers = [];
    },
    sync: () => (syncs++, gate),
    free: () => Promise.resolve(free),
    close: () => ((closed = true), Promise.resolve()),
  };
  return {
    create: () => Promise.resolve(file),
    bytes: () => Buffer.concat(parts),
    nextWrite: () => new Promise((resolve) => watchers.push(resolve)),
    stall: () => (gate = new Promise((resolve) => (open = resolve))),
    release: () => open(),
    fail: (why) => (failure = why),
    get free() {
      return free;
    },
    set free(bytes) {
      free = bytes;
    },
    get syncs() {
      return syncs;
    },
    get closed() {
      return closed;
    },
  };
}

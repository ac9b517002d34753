import { randomBytes } from "node:crypto";
import { access, mkdir, open, statfs, unlink } from "node:fs/promises";
import { dirname } from "node:path";
import { OnarmError } from "../domain/errors.ts";

/** An append-only file as the recorder needs it. Every call waits for the one before; the recorder sees to that. */
export interface RecordingFile {
  write(bytes: Uint8Array): Promise<void>;
  /** Resolves when everything written is on the disk itself. */
  sync(): Promise<void>;
  /** Bytes this user may still write to the disk. */
  free(): Promise<number>;
  close(): Promise<void>;
}

/** Makes a new file and its folders. Rejects with "file.exists" or "storage.failed". */
export async function createFile(path: string): Promise<RecordingFile> {
  try {
    await mkdir(dirname(path), { recursive: true });
    const file = await open(path, "wx");
    return {
      write: (bytes) => file.appendFile(bytes),
      sync: () => file.datasync(),
      free: async () => {
        const { bavail, bsize } = await statfs(path);
        return bavail * bsize;
      },
      close: () => file.close(),
    };
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === "EEXIST")
      throw new OnarmError("file.exists", `${path} exists already; give another name or move it away`, { path });
    throw new OnarmError(
      "storage.failed",
      `cannot make the recording ${path}: ${message}; check the folder and its rights`,
      { path },
      error,
    );
  }
}

/** What the log of stops needs of a disk. */
export interface StopDisk {
  exists(path: string): Promise<boolean>;
  /** Adds the bytes, and resolves when they are on the disk itself; rejects with the file as it was before. */
  append(path: string, bytes: Uint8Array): Promise<void>;
  /** Takes this much space of the disk of `path` and gives it back when called; a process that dies gives it back, too. */
  reserve(path: string, bytes: number): Promise<() => Promise<void>>;
}

export const stopDisk: StopDisk = {
  exists: (path) =>
    access(path).then(
      () => true,
      () => false,
    ),
  async append(path, bytes) {
    const file = await open(path, "a");
    try {
      const { size } = await file.stat();
      try {
        await file.appendFile(bytes);
        await file.sync();
      } catch (error) {
        await file.truncate(size).catch(() => undefined);
        throw error;
      }
      if (size === 0) await syncFolder(dirname(path));
    } finally {
      await file.close();
    }
  },
  async reserve(path, bytes) {
    await mkdir(dirname(path), { recursive: true });
    const file = await open(path, "w");
    try {
      // A file without a name lives as long as it is open: nothing is left behind by a process that is killed.
      await unlink(path);
      // Random, because a file system may store zeros in no space at all.
      await file.appendFile(randomBytes(bytes));
      await file.sync();
    } catch (error) {
      await file.close();
      throw error;
    }
    return () => file.close();
  },
};

/** So that a new file's name survives a power cut, too; where a folder cannot be synced there is nothing else to do. */
async function syncFolder(path: string): Promise<void> {
  const folder = await open(path).catch(() => undefined);
  await folder?.sync().catch(() => undefined);
  await folder?.close();
}

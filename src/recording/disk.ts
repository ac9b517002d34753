import { mkdir, open, statfs } from "node:fs/promises";
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
